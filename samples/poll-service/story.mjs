import { join } from 'node:path';
import { startS3 } from '../lib/start-s3.mjs';
import { startService, transcribe } from './start-service.mjs';

/** Recordings, each an execution of its own; every eighth cannot be transcribed. `scale` 1 is 8. */
export async function prepare({ scale, seed, job = join(import.meta.dirname, 'job.ts') }) {
  const recordings = Array.from({ length: Math.round(8 * scale) }, (_, number) => `recording-${number}`);
  const isFailing = (recording) => recordings.indexOf(recording) % 8 === 5;
  const service = await startService({ seed, askedCount: 3, isFailing });
  const s3 = await startS3({ buckets: ['archive'] });
  return {
    job,
    service,
    events: recordings.map((recording) => ({
      lambdaBaton: { v: 1, start: { executionId: recording, input: { recording } } },
    })),
    timeoutMs: 4_000,
    environment: {
      ...s3.environment,
      ARCHIVE_BUCKET: 'archive',
      TRANSCRIBER_URL: service.url,
      BATON_SKIP_WAITS: '1',
    },
    itemCount: recordings.length,
    isExpectedFailure: (text) => /there is only noise|RetriesExhausted/.test(text),
    findDifferences: ({ results }) =>
      compare({ recordings, isFailing, service, results, archive: s3.read('archive') }),
    stop: async () => {
      service.stop();
      await s3.stop();
    },
  };
}

function compare({ recordings, isFailing, service, results, archive }) {
  const differences = [];
  const expect = (what, actual, wanted) => {
    if (actual !== wanted) differences.push(`${what}: ${actual} instead of ${wanted}`);
  };
  for (const recording of recordings) {
    const isGood = !isFailing(recording);
    const text = archive.get(`${recording}.txt`)?.toString();
    expect(`text of ${recording}`, text, isGood ? transcribe(recording) : undefined);
    expect(`whether ${recording} has completed`, results.has(recording), isGood);
    expect(
      `tasks begun for ${recording}`,
      service.state.begun.filter((begun) => begun === recording).length,
      1,
    );
  }
  expect('tasks that the service still keeps', service.state.tasks.size, 0);
  return differences;
}
