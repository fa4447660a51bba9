// What a Node program does that opens an HTTPS connection. connect.js HOST PORT NAME ROOTS.pem ...: a line for each four arguments,
// "ok" or what went wrong. A ROOTS of "-" trusts what Node trusts.
'use strict';
const fs = require('fs');
const https = require('https');

function connect(host, port, servername, roots) {
  return new Promise((resolve) => {
    const ca = roots === '-' ? undefined : fs.readFileSync(roots);
    const request = https.request({host, port, servername, ca, method: 'HEAD', path: '/', agent: false, timeout: 5000,
      headers: {host: servername}});
    let done = false;
    const end = (text) => {
      if (!done) console.log(text);
      done = true;
      request.destroy();
      resolve();
    };
    request.on('socket', (socket) => socket.on('secureConnect', () => end(socket.authorized ? 'ok' : String(socket.authorizationError))));
    request.on('timeout', () => end('timeout'));
    request.on('error', (error) => end(error.message.replace(/\n/g, ' ')));
    request.end();
  });
}

(async () => {
  const words = process.argv.slice(2);
  for (let i = 0; i + 3 < words.length; i += 4) await connect(words[i], words[i + 1], words[i + 2], words[i + 3]);
})();
