import { MemoryCheckpointStore } from 'lambda-baton';
import { JobTestEnvironment } from 'lambda-baton/testing';
import { ARCHIVE } from '../archive';
import { type TaskAnswer, type TaskRequest, TRANSCRIBER } from '../transcriber';
import { TranscribeByCallback } from './job';

const aDayMs = 86_400_000;
const answeredMs = 600_000;

/** A service that calls back after ten minutes, twice; without an answer it never does. */
function createWorld(answer?: TaskAnswer) {
  const [tasks, texts] = [new Set<string>(), new Map<string, string>()];
  const transcriber = {
    begin: async ({ recording, key, token = '' }: TaskRequest) => {
      await env.effects.record(key, `begin ${recording}`);
      tasks.add(key);
      for (const afterMs of answer === undefined ? [] : [answeredMs, answeredMs + 1])
        env.signal({ token }, answer, { afterMs });
      return key;
    },
    read: async () => answer ?? { status: 'running' },
    remove: async (taskId: string) => void tasks.delete(taskId),
  };
  const archive = { write: async (name: string, text: string) => void texts.set(name, text) };
  const env = JobTestEnvironment.create(TranscribeByCallback, {
    input: { recording: 'talk' },
    store: () => new MemoryCheckpointStore(),
    beforeRun: () => {
      tasks.clear();
      texts.clear();
    },
    providers: [
      { token: TRANSCRIBER, useValue: transcriber },
      { token: ARCHIVE, useValue: archive },
    ],
  });
  const read = () => ({ texts: Object.fromEntries(texts), taskCount: tasks.size });
  return { env, read };
}

it('TranscribeByCallback sleeps until the service calls back, keeps the text, and removes the task', async () => {
  const { env, read } = createWorld({ status: 'done', text: 'Hello.' });
  expect((await env.run()).outcome).toBe('completed');
  expect(read()).toEqual({ texts: { 'talk.txt': 'Hello.' }, taskCount: 0 });
});

it('TranscribeByCallback fails with the reason when the service does, and removes the task', async () => {
  const { env, read } = createWorld({ status: 'failed', reason: 'there is only noise' });
  const run = await env.run();
  expect((run.error as Error).message).toContain('there is only noise');
  expect(read()).toEqual({ texts: {}, taskCount: 0 });
});

it('TranscribeByCallback gives up after a day', async () => {
  const { env, read } = createWorld();
  const run = await env.run();
  expect((run.error as Error).message).toContain('talk: no answer within a day');
  expect({ ...read(), ms: run.durationMs }).toEqual({ texts: {}, taskCount: 0, ms: aDayMs });
});

it.each<TaskAnswer>([
  { status: 'done', text: 'Hello.' },
  { status: 'failed', reason: 'there is only noise' },
])(
  'TranscribeByCallback ends the same wherever an invocation is killed, comes twice, times out or gets no answer',
  async (answer) => {
    const { env, read } = createWorld(answer);
    const compare = ({ outcome }: { outcome: string }) => ({ outcome, ...read() });
    expect((await env.explore({ compare })).deviations).toEqual([]);
  },
  60_000,
);
