import { once } from 'node:events';
import { createServer } from 'node:http';
import { makeRandom } from '../lib/make-random.mjs';

const pageSize = 25;
const tokenLifeMs = 300;

/**
 * A payment provider as one meets them, on this machine: pages whose tokens expire, a rate limit, answers that never come,
 * answers that get lost after it has acted, errors; and keys that it takes at their word.
 *
 * @param payments - what it begins with: `{ id, capturedCents }`, in the order of their ids
 */
export async function startProvider(payments, { seed }) {
  const random = makeRandom(seed);
  const captured = new Map(payments.map(({ id, capturedCents }) => [id, capturedCents]));
  const answers = new Map();
  const counts = { throttled: 0, hung: 0, lost: 0, failed: 0, expired: 0, repeated: 0, refused: 0 };
  const state = { captured, answers, counts };
  const server = createServer(async (request, response) => {
    const chance = random();
    const misbehave = (kind) => {
      counts[kind] += 1;
      return true;
    };
    if (chance < 0.004 && misbehave('throttled')) return send(response, 429, {}, { 'retry-after': '1' });
    if (chance < 0.008 && misbehave('hung')) return undefined;
    if (chance < 0.02 && misbehave('failed')) return send(response, 503, {});
    const [status, answer] = await handle(request, state);
    if (chance < 0.04 && request.method === 'POST' && misbehave('lost')) return response.destroy();
    return send(response, status, answer);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    ...state,
    url: `http://127.0.0.1:${server.address().port}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function handle(request, state) {
  const url = new URL(request.url, 'http://local');
  if (request.method === 'GET') return list(url.searchParams, state);
  const [, , id, kind] = url.pathname.split('/');
  let body = '';
  for await (const chunk of request) body += chunk;
  const { amountCents } = JSON.parse(body);
  return move(id, kind === 'refunds' ? -amountCents : amountCents, request.headers['idempotency-key'], state);
}

function list(query, { captured, counts }) {
  const [issuedAt] = (query.get('token') ?? '').split('-');
  if (issuedAt && Date.now() - Number(issuedAt) > tokenLifeMs) {
    counts.expired += 1;
    return [410, { error: 'token expired' }];
  }
  const left = [...captured].filter(([id]) => id > query.get('after'));
  const payments = left.slice(0, pageSize).map(([id, capturedCents]) => ({ id, capturedCents }));
  return [200, { payments, ...(left.length > pageSize && { nextToken: `${Date.now()}-next` }) }];
}

/** What a key has moved it moves never again; with another amount it is refused. */
function move(id, cents, key, { captured, answers, counts }) {
  const before = answers.get(key);
  if (before !== undefined) {
    counts[before === cents ? 'repeated' : 'refused'] += 1;
    return before === cents ? [200, {}] : [409, { error: 'this key was used with another amount' }];
  }
  answers.set(key, cents);
  captured.set(id, captured.get(id) + cents);
  return [200, {}];
}

function send(response, status, answer, headers = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(answer));
}
