// Judges the chains of differential.py as a Node client does: a TLS handshake in memory with a server that has the chain.
//
// A line in: id, host, chain and roots as base64 lists, key file; a line out: id, verdict, reason. "skip": no handshake came so far.
'use strict';
const fs = require('fs');
const tls = require('tls');
const readline = require('readline');
const { Duplex } = require('stream');

const WEAK = 'DEFAULT:@SECLEVEL=0'; // the server's: it must not mind what it sends
const pem = (list) => list.split(',').filter(Boolean).map((b) =>
  `-----BEGIN CERTIFICATE-----\n${b.match(/.{1,64}/g).join('\n')}\n-----END CERTIFICATE-----\n`);

class Half extends Duplex {
  _read() {}
  _write(chunk, encoding, done) { this.other.push(chunk); done(); }
  _final(done) { this.other.push(null); done(); }
}

function verify([id, host, chain, roots, key]) {
  return new Promise((resolve) => {
    const a = new Half(), b = new Half();
    a.other = b;
    b.other = a;
    let server, client, limit;
    const end = (verdict, why) => {
      clearTimeout(limit);
      for (const s of [client, server]) if (s) s.destroy();
      resolve(`${id}\t${verdict}\t${String(why).replace(/\s+/g, ' ')}`);
    };
    limit = setTimeout(() => end('skip', 'no answer'), 3000);
    try {
      const secureContext = tls.createSecureContext({ cert: pem(chain).join(''), key: fs.readFileSync(key), ciphers: WEAK });
      server = new tls.TLSSocket(a, { isServer: true, secureContext });
      server.on('error', () => {});
    } catch (e) {
      end('skip', `server: ${e.message}`);
      return;
    }
    try {
      client = tls.connect({ socket: b, host, servername: /^[\d.:]+$/.test(host) ? '' : host, ca: pem(roots), rejectUnauthorized: true });
    } catch (e) {
      end('reject', e.message);
      return;
    }
    client.on('secureConnect', () => end('accept', ''));
    client.on('error', (e) => end(/^ERR_SSL_(?!CA_|EE_|INVALID_CERT|CERT)|ECONN|EPROTO/.test(e.code) ? 'skip' : 'reject', `${e.code} ${e.message}`));
  });
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) console.log(await verify(line.split('\t')));
  process.exit(0);
})();
