import { once } from 'node:events';
import { createServer } from 'node:http';
import { makeRandom } from '../lib/make-random.mjs';

/**
 * A slow service on this machine: a task is done after it was asked for a few times, and some fail for good. Now and then it is
 * busy, breaks, or loses the answer after it has acted. Where a task came with a token, the service calls back with it, sometimes twice.
 */
export async function startService({ seed, askedCount, isFailing }) {
  const random = makeRandom(seed);
  const state = {
    ...{ tasks: new Map(), keys: new Map(), begun: [], timers: new Set(), askedCount, isFailing, random },
    /** What sends an answer to whoever gave the token. */
    callBack: undefined,
  };
  const server = createServer(async (request, response) => {
    const chance = random();
    if (chance < 0.05) return send(response, 429, {});
    if (chance < 0.1) return send(response, 503, {});
    const answer = await handle(request, state);
    if (chance < 0.15) return response.destroy();
    return send(response, answer === undefined ? 404 : 200, answer ?? {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    state,
    url: `http://127.0.0.1:${server.address().port}`,
    stop: () => {
      for (const timer of state.timers) clearTimeout(timer);
      server.closeAllConnections();
      server.close();
    },
  };
}

/** What a recording says. */
export function transcribe(recording) {
  return `The text of ${recording}.`;
}

async function handle(request, state) {
  const id = request.url.split('/')[2];
  if (request.method === 'POST') return begin(request, state);
  if (request.method === 'DELETE') {
    state.tasks.delete(id);
    return {};
  }
  const task = state.tasks.get(id);
  if (task === undefined) return undefined;
  task.asked += 1;
  return task.asked <= state.askedCount ? { status: 'running' } : answer(task, state);
}

function answer({ recording }, { isFailing }) {
  if (isFailing(recording)) return { status: 'failed', reason: 'there is only noise' };
  return { status: 'done', text: transcribe(recording) };
}

async function begin(request, state) {
  const { tasks, keys, begun } = state;
  const key = request.headers['idempotency-key'];
  let body = '';
  for await (const chunk of request) body += chunk;
  const { recording, token } = JSON.parse(body);
  if (!keys.has(key)) {
    const id = `task-${keys.size + 1}`;
    keys.set(key, id);
    begun.push(recording);
    tasks.set(id, { recording, asked: 0 });
    if (token !== undefined) callLater(token, { recording }, state);
  }
  return { id: keys.get(key) };
}

/** Once when it is done, and again when that call failed or, like many services, for no reason. */
function callLater(token, task, state) {
  const timer = setTimeout(
    async () => {
      state.timers.delete(timer);
      const isSent = await state.callBack(token, answer(task, state)).then(
        () => true,
        () => false,
      );
      if (!isSent || state.random() < 0.3) callLater(token, task, state);
    },
    200 + state.random() * 2_000,
  );
  state.timers.add(timer);
}

function send(response, status, answer) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}
