// What a Node program does that opens an HTTPS connection. connect.js HOST PORT NAME ROOTS.pem ...: a line for each four arguments, in
// their order: "ok", what went wrong, or "ok, then" what went wrong once TLS stood. A ROOTS of "-" trusts what Node trusts.
'use strict';
const fs = require('fs');
const https = require('https');
const net = require('net');

const LIMIT_MS = 1000 * (process.env.LIMIT_S || 5);
const AT_ONCE = 8;

function connect(host, port, name, roots) {
  return new Promise((resolve) => {
    const options = {host, port, method: 'HEAD', path: '/', agent: false, headers: {host: name}};
    if (!net.isIP(name)) options.servername = name;
    if (roots !== '-') options.ca = fs.readFileSync(roots);
    const request = https.request(options);
    let stands = '';
    const end = (text) => {
      clearTimeout(limit);
      request.destroy();
      resolve(text);
    };
    const limit = setTimeout(() => end(stands + 'timed out'), LIMIT_MS);
    request.on('socket', (socket) => socket.on('secureConnect', () => {
      stands = 'ok, then ';
    }));
    request.on('response', () => end('ok'));
    request.on('error', (error) => {
      const text = `${error.code || ''} ${error.message}`.replace(/\n/g, ' ');
      end(/^HPE_/.test(error.code) ? 'ok' : stands + text);
    });
    request.end();
  });
}

(async () => {
  const words = process.argv.slice(2);
  const answers = [];
  let next = 0;
  const work = async () => {
    while (next + 3 < words.length) {
      const at = next;
      next += 4;
      answers[at / 4] = await connect(words[at], words[at + 1], words[at + 2], words[at + 3]);
    }
  };
  await Promise.all(Array.from({length: AT_ONCE}, work));
  for (const answer of answers) console.log(answer);
})();
