// An HTTPS server by Node; its settings are a JSON file.
'use strict';
const fs = require('fs');
const https = require('https');
const tls = require('tls');

const settings = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const options = { ...settings.tls };
if (settings.cert) {
  options.cert = fs.readFileSync(settings.cert);
  options.key = fs.readFileSync(settings.key);
}
if (settings.clientCa) options.ca = fs.readFileSync(settings.clientCa);
if (settings.refuseNames) options.SNICallback = (name, done) => done(new Error('no such name'));

const answer = (request, response) => response.end(settings.body);
const server = settings.bare
  ? tls.createServer(options, (socket) => socket.on('error', () => {}))
  : https.createServer(options, answer);
server.on('tlsClientError', () => {});
server.listen(settings.port, '127.0.0.1');
