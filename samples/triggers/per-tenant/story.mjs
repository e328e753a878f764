import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { deployJob, settle } from '../../lib/run-job.mjs';

const tenants = ['ada', 'bob'];
const limits = { schedule: 1 };
const limitOfTenant = 2;
/** The schedule is due this often, in milliseconds, and a run takes `workMs`: several times as long. */
const dueEveryMs = 100;
const dueCount = 8;
const workMs = 300;

/** Uploads that all come at once, by a queue, and a schedule that is due before its last run is over. `scale` 1 is 30 uploads. */
export async function prepare({ scale }) {
  const directory = mkdtempSync(join(tmpdir(), 'per-tenant-'));
  const ledger = join(directory, 'ledger.jsonl');
  const uploads = Array.from({ length: Math.round(30 * scale) }, (_, number) => ({
    tenant: tenants[number % tenants.length],
    file: `file-${number}`,
  }));
  return {
    job: join(import.meta.dirname, 'handler.ts'),
    timeoutMs: 4_000,
    environment: { LEDGER_PATH: ledger, WORK_MS: String(workMs) },
    uploads,
    itemCount: uploads.length + dueCount,
    findDifferences: async ({ results, skippedCount }) =>
      compare(readLines(ledger), uploads, results.size, skippedCount),
    stop: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** Sends every upload to the queue at once, and lets the schedule fire meanwhile. */
export async function run({ uploads, ...options }) {
  const deployment = await deployJob({ ...options, reservedConcurrency: 8 });
  const { lambda, queue, client, seen, stop } = deployment;
  try {
    const startedAt = Date.now();
    // Whoever kills at random has to see which execution a message is of, so that none is killed twice in a row.
    for (const input of uploads) {
      const start = { executionId: input.file, input };
      lambda.sendMessage(queue.arn, JSON.stringify({ lambdaBaton: { v: 1, start } }));
    }
    for (let number = 0; number < dueCount; number++) {
      const due = `run-${number}`;
      const start = { executionId: due, input: { due }, job: 'close-day' };
      const payload = { lambdaBaton: { v: 1, start } };
      await lambda.invoke({ functionName: 'job', invocationType: 'Event', payload });
      await sleep(dueEveryMs);
    }
    const results = await settle(deployment, options.timeoutMs);
    const skipped = await client.list({ status: 'skipped', limit: 1_000 });
    return { ...seen, wallMs: Date.now() - startedAt, results, skippedCount: skipped.length };
  } finally {
    await stop();
  }
}

function readLines(ledger) {
  return readFileSync(ledger, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

function compare(lines, uploads, completedCount, skippedCount) {
  const differences = [];
  if (completedCount + skippedCount !== uploads.length + dueCount)
    differences.push(
      `${completedCount} completed and ${skippedCount} skipped of ${uploads.length + dueCount}`,
    );
  if (skippedCount === 0) differences.push('the schedule never overlapped itself');
  const booked = new Set(lines.filter(({ kind }) => kind === 'end').map(({ what }) => what));
  for (const { file } of uploads) if (!booked.has(file)) differences.push(`${file} is not booked`);
  for (const [group, spans] of groupSpans(lines)) {
    const limit = limits[group] ?? limitOfTenant;
    const most = countMost(spans);
    if (most > limit) differences.push(`${most} at a time for ${group}, and ${limit} is the limit`);
  }
  return differences;
}

/** From the first time that an execution began to the last time that it ended: killed in between, it keeps its slot. */
function groupSpans(lines) {
  const groups = new Map();
  for (const { kind, group, executionId, atMs } of lines) {
    const spans = groups.get(group) ?? new Map();
    groups.set(group, spans);
    const { beginMs = atMs, endMs = atMs } = spans.get(executionId) ?? {};
    spans.set(executionId, { beginMs, endMs: kind === 'end' ? atMs : endMs });
  }
  return groups;
}

function countMost(spans) {
  const all = [...spans.values()];
  return Math.max(
    ...all.map(({ beginMs: atMs }) => all.filter((one) => one.beginMs <= atMs && atMs < one.endMs).length),
  );
}
