/**
 * What is preloaded into every environment, in front of aws-lambda-ric.
 *
 * It stands in for the client's native addon, which takes a C++ toolchain to build: the same three calls over node:http.
 * `done` and `error` are synchronous there, so `next` waits here until they have left.
 * The lifeline on descriptor 3 closes when the parent process is gone, however that ended; then so does the environment.
 */
export const preloadSource = `'use strict';
const { Agent, request } = require('node:http');
const { Socket } = require('node:net');
const Module = require('node:module');

const lifeline = new Socket({ fd: 3, readable: true, writable: false });
lifeline.on('error', () => {});
lifeline.on('close', () => process.kill(process.pid, 'SIGKILL'));
lifeline.resume();
lifeline.unref();

process.env.AWS_EXECUTION_ENV ??= 'AWS_Lambda_nodejs' + process.versions.node.split('.')[0] + '.x';
const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
let posted = Promise.resolve();

function call(method, path, body = '', headers = {}) {
  return new Promise((resolve, reject) => {
    const options = { hostname, port, method, path: '/2018-06-01/runtime/invocation/' + path, agent, headers };
    const outgoing = request(options, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ bodyJson: Buffer.concat(chunks).toString(), headers: response.headers }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const client = {
  initializeClient() {},
  async next() {
    await posted;
    return call('GET', 'next');
  },
  done(id, body) {
    posted = call('POST', id + '/response', body, { 'Content-Type': 'application/json' });
  },
  error(id, body) {
    posted = call('POST', id + '/error', body, { 'Content-Type': 'application/json' });
  },
};

const load = Module._load;
Module._load = function (name, ...rest) {
  return name.endsWith('/rapid-client.node') ? client : load.call(this, name, ...rest);
};
`;
