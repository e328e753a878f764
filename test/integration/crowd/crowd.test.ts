import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileCheckpointStore } from '../../../src';
import { NodePlatform } from '../../../src/runtime/adapters/node/node-platform';
import { parseRecord } from '../../../src/runtime/core/record/execution-record';
import { bundleFixture } from '../../helpers/bundle-fixture';
import { Environment } from '../environments/environment';
import type { CrowdLine } from './crowd-line';

/** Everything of two hundred executions begins at once: what comes before the safe window has to be enough for it on a busy machine. */
const remainingMs = 7_500;
const numbers = Array.from({ length: 200 }, (_value, number) => number);

interface Answer {
  readonly status?: string;
  readonly code?: string;
  readonly result?: unknown;
}

describe.each([1, 8])(
  'two hundred executions at once in %i environments, each continuation delivered twice',
  (environmentCount) => {
    let directory: string;
    let environments: Environment[];
    let ends: Answer[][];
    let lines: CrowdLine[];

    beforeAll(async () => {
      directory = mkdtempSync(join(tmpdir(), 'crowd-'));
      const [store, ledger] = [join(directory, 'store'), join(directory, 'ledger')];
      const bundle = await bundleFixture(join(__dirname, 'crowd-job.ts'));
      environments = Array.from({ length: environmentCount }, () => new Environment(bundle, store, ledger));
      ends = await Promise.all(numbers.map(runTwice));
      lines = readFileSync(ledger, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
    });
    afterAll(async () => {
      await Promise.all(environments.map((environment) => environment.kill()));
      rmSync(directory, { recursive: true, force: true });
    });

    /** Every event goes to two environments at the same time, or twice to the only one. Gives the answers to the last. */
    async function runTwice(number: number): Promise<Answer[]> {
      const executionId = `execution-${number}`;
      let event: unknown = { lambdaBaton: { v: 1, start: { executionId, input: { number } } } };
      for (let invocation = 1; ; invocation += 1) {
        const calls = [0, 1].map((twin) => {
          const environment = environments[(number + invocation + twin) % environmentCount];
          return environment?.call({
            event,
            awsRequestId: `r-${number}-${invocation}-${twin}`,
            remainingMs,
          }) as Promise<Answer>;
        });
        const answers = await Promise.all(calls);
        const next = environments
          .flatMap(({ sent }) => sent)
          .find((one) => one.executionId === executionId && one.invocation > invocation);
        if (next === undefined) return answers;
        event = next.event;
      }
    }

    it('Two hundred executions at once, each continuation delivered twice, end with their own results, and each of their duplicates ran nothing', () => {
      for (const number of numbers) {
        const rows = Array.from({ length: 6 }, (_value, index) => number * 1_000 + index);
        const own =
          number % 10 === 3
            ? { code: 'EXECUTION_FAILED' }
            : { status: 'completed', result: { number, rows } };
        const answers = ends[number] ?? [];
        expect(answers.find(({ status }) => status !== 'duplicate')).toMatchObject(own);
        for (const answer of answers) if (answer.status !== 'duplicate') expect(answer).toMatchObject(own);
      }
    });

    it('Two hundred executions at once, each continuation delivered twice, see no state, input, context or log line of each other', () => {
      expect(lines.filter(({ kind }) => kind === 'foreign')).toEqual([]);
    });

    it('Two hundred executions at once, each continuation delivered twice, call every hook and every step once for each of them, in order', () => {
      const told = new Map<string, string[]>();
      for (const { executionId, what } of lines)
        told.set(executionId, [...(told.get(executionId) ?? []), what]);
      const begin = ['start', 'work', 'work', 'handoff', 'resume', 'work', 'work'];
      const whole = [...begin, 'work', 'handoff', 'resume', 'work', 'complete'];
      for (const number of numbers) {
        expect(told.get(`execution-${number}`)).toEqual(number % 10 === 3 ? [...begin, 'failure'] : whole);
      }
    });

    it('Two hundred executions at once, each continuation delivered twice, are claimed once for each invocation, and recorded under their own ids', async () => {
      const store = new FileCheckpointStore({ directory: join(directory, 'store') });
      for (const number of numbers) {
        const executionId = `execution-${number}`;
        const { epoch, continuation, outcome } = parseRecord(
          (await store.load(executionId))?.head ?? '',
          new NodePlatform().checksum,
        );
        const isFailed = number % 10 === 3;
        expect({ epoch, input: continuation.input, status: outcome?.status }).toEqual({
          epoch: isFailed ? 2 : 3,
          input: { number },
          status: isFailed ? 'failed' : 'completed',
        });
      }
    });
  },
);
