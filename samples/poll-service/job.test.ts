import { MemoryCheckpointStore } from 'lambda-baton';
import { JobTestEnvironment } from 'lambda-baton/testing';
import { ARCHIVE } from './archive';
import { TranscribeRecording } from './job';
import { type TaskAnswer, type TaskRequest, TRANSCRIBER } from './transcriber';

const running: TaskAnswer = { status: 'running' };

/** A service that answers in turn, and for ever the last answer. */
function createWorld(answers: readonly TaskAnswer[]) {
  const [tasks, texts] = [new Map<string, number>(), new Map<string, string>()];
  let askedCount = 0;
  const transcriber = {
    begin: async ({ recording, key }: TaskRequest) => {
      await env.effects.record(key, `begin ${recording}`);
      if (!tasks.has(key)) tasks.set(key, 0);
      return key;
    },
    read: async (taskId: string) => {
      askedCount += 1;
      const asked = tasks.get(taskId) ?? 0;
      tasks.set(taskId, asked + 1);
      return answers[Math.min(asked, answers.length - 1)] ?? running;
    },
    remove: async (taskId: string) => void tasks.delete(taskId),
  };
  const archive = { write: async (name: string, text: string) => void texts.set(name, text) };
  const env = JobTestEnvironment.create(TranscribeRecording, {
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
  return { env, read, countAsked: () => askedCount };
}

it('TranscribeRecording asks every 30 seconds, keeps the text, and removes the task', async () => {
  const { env, read } = createWorld([running, running, { status: 'done', text: 'Hello.' }]);
  const run = await env.run();
  expect(run.outcome).toBe('completed');
  expect(run.durationMs).toBe(90_000);
  expect(read()).toEqual({ texts: { 'talk.txt': 'Hello.' }, taskCount: 0 });
});

it('TranscribeRecording fails with the reason when the service does, and removes the task', async () => {
  const { env, read } = createWorld([running, { status: 'failed', reason: 'there is only noise' }]);
  const run = await env.run();
  expect((run.error as Error).message).toContain('talk: there is only noise');
  expect(read()).toEqual({ texts: {}, taskCount: 0 });
});

it('TranscribeRecording gives up after a day, and pays for no more than the questions', async () => {
  const { env, read, countAsked } = createWorld([running]);
  const run = await env.run();
  expect((run.error as Error).message).toContain('talk: no answer within a day');
  expect({ ...read(), asked: countAsked() }).toEqual({ texts: {}, taskCount: 0, asked: 24 * 60 * 2 });
});

it('TranscribeRecording ends the same wherever an invocation is killed, comes twice, times out or gets no answer', async () => {
  const { env, read } = createWorld([running, { status: 'done', text: 'Hello.' }]);
  expect((await env.explore({ compare: ({ outcome }) => ({ outcome, ...read() }) })).deviations).toEqual([]);
}, 60_000);

it('TranscribeRecording removes the task also when it is killed while it fails', async () => {
  const { env, read } = createWorld([{ status: 'failed', reason: 'there is only noise' }]);
  const compare = ({ outcome }: { outcome: string }) => ({ outcome, ...read() });
  expect((await env.explore({ crashes: true, duplicates: true, compare })).deviations).toEqual([]);
}, 60_000);
