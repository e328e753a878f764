import { performance } from 'node:perf_hooks';
import { BatonClient } from '../../client/baton-client';
import { LocalLambda } from '../../local';
import { createStore } from '../../runtime/adapters/store/stores';
import type { RuntimeEvent } from '../../runtime/observe/runtime-event';
import { readExitCode, type Surroundings } from '../command';
import { decideOutcome, type RunOutcome } from '../run/decide-outcome';
import { parseEvent } from '../run/execution-fact';
import { RunRecord } from '../run/run-record';
import { type RunReport, writeReport } from '../run/run-report';
import type { Kill } from '../timeline/event-bar';
import { modelFromEvents } from '../timeline/model-from-events';
import { writePage } from '../timeline/timeline-file';
import { chooseView } from '../view/choose-view';
import { NoiseFilter } from '../view/message';
import { choosePaint, renderFailure } from '../view/paint';
import type { View } from '../view/view';
import type { LocalFunctionOptions } from './dev-options';
import type { PreparedLambda } from './prepare-lambda';

/** An execution that is run on this machine, from whatever begins it to its end. */
export interface LocalRun {
  /** `baton dev`, or the command that runs it here. */
  readonly command: string;
  readonly options: LocalFunctionOptions;
  /** For the first line of the output: how the job's times are changed. */
  readonly times: readonly string[];
  /** The directory that executions are kept in; undefined when they are kept nowhere, or not on this machine. */
  readonly storeDirectory: string | undefined;
  /** How the reader finds them again; undefined when they are gone after the run. */
  readonly store: RunReport['store'] | undefined;
  /** The same directory for people, from where they are. */
  readonly storeLabel: string | undefined;
  /** The page that it is drawn on. @defaultValue none */
  readonly timelineFile?: string | undefined;
  prepare(lambda: LocalLambda): Promise<PreparedLambda>;
  /** Brings the event that begins it. @returns the execution's id, when that is known before it runs */
  begin(lambda: LocalLambda, functionName: string, view: View): Promise<string | undefined>;
}

/** How long past the end of the last execution what is under way is waited for, in milliseconds: the duplicates of its events. */
const settleMs = 2_000;

/**
 * Runs an execution to its end and shows it.
 *
 * @returns the exit code: 0 only when the execution completed; that of the signal when it was interrupted: every process is ended then
 */
export async function runLocally(run: LocalRun, { streams, interruption }: Surroundings): Promise<number> {
  const { faults, seed } = run.options;
  const lambda = await LocalLambda.start({
    faults,
    preload: eventsPreload,
    ...(seed !== undefined && { seed }),
  });
  const stop = () => void lambda.stop();
  interruption.addEventListener('abort', stop);
  try {
    if (interruption.aborted) return readExitCode(interruption);
    return await new Running(lambda, run, { streams, interruption }).toItsEnd();
  } finally {
    await lambda.stop();
    interruption.removeEventListener('abort', stop);
  }
}

type Parts = Pick<Surroundings, 'interruption' | 'streams'>;

/** One run, from the first line of its output to the summary. */
class Running {
  readonly #record = new RunRecord();
  readonly #noise = new NoiseFilter();
  readonly #lambda: LocalLambda;
  readonly #run: LocalRun;
  readonly #parts: Parts;
  readonly #view: View;
  readonly #timeline: TimelineRecorder | undefined;
  readonly #startedAtMs = Date.now();
  #startedAt = performance.now();
  #executionId: string | undefined;

  constructor(lambda: LocalLambda, run: LocalRun, parts: Parts) {
    this.#lambda = lambda;
    this.#run = run;
    this.#parts = parts;
    this.#timeline = run.timelineFile === undefined ? undefined : new TimelineRecorder(run.timelineFile);
    this.#view = chooseView(run.options.output, parts.streams, this.#record, () => this.#readTime());
  }

  async toItsEnd(): Promise<number> {
    const { command, options, storeLabel, times } = this.#run;
    const { functionName, hasQueue, remarks } = await this.#run.prepare(this.#lambda);
    this.#startedAt = performance.now();
    try {
      this.#view.begin({ command, options, seed: this.#lambda.seed, hasQueue, keptIn: storeLabel, times });
      for (const remark of remarks) this.#view.remark(remark);
      this.#timeline?.listen(this.#lambda);
      const isOver = this.#watch();
      await this.#begin(functionName);
      await Promise.race([this.#lambda.idle(), isOver]);
      await this.#lambda.stop();
      await this.#settle();
      if (this.#timeline !== undefined) this.#view.remark(await this.#timeline.write());
      return this.#conclude(decideOutcome(this.#record, this.#parts.interruption.aborted));
    } finally {
      this.#view.close();
    }
  }

  async #begin(functionName: string): Promise<void> {
    try {
      this.#executionId = await this.#run.begin(this.#lambda, functionName, this.#view);
    } catch (error) {
      if (!this.#parts.interruption.aborted) throw error;
    }
  }

  /** Resolves when there is nothing to wait for any more although events are left: a cold start that failed, an execution that has ended. */
  #watch(): Promise<void> {
    return new Promise((resolve) => {
      let isEnding = false;
      const end = async () => {
        isEnding = true;
        await Promise.race([this.#lambda.idle({ withDelayed: false }), sleep(settleMs)]);
        isEnding = false;
        if (this.#record.hasEnded) resolve();
      };
      const readTime = () => this.#readTime();
      this.#record.watch(this.#lambda, readTime, (event, taken) => {
        if (!this.#noise.isNoise(event, taken)) this.#view.show(event, taken);
        if (event.name !== 'invocation-end') return;
        if (event.about.reason === 'init-error' && this.#record.executions.size === 0) resolve();
        if (this.#record.hasEnded && !isEnding) void end();
      });
    });
  }

  /** The store has the last word: it knows results that a queue's batch does not answer, and says what `baton status` will say. */
  async #settle(): Promise<void> {
    const { storeDirectory: directory } = this.#run;
    if (directory === undefined) return;
    const client = new BatonClient({ store: createStore({ kind: 'directory', directory }) });
    if (this.#record.executions.size === 0)
      for (const id of await this.#findSilent(client)) this.#record.open(id);
    for (const execution of this.#record.executions.values()) {
      const description = await client.status(execution.executionId);
      if (description !== undefined) execution.settle(description);
    }
  }

  /** The executions of this run whose log says nothing of them: the one that was sent, if it has ended by now, and those that began since. */
  async #findSilent(client: BatonClient): Promise<readonly string[]> {
    const sent = this.#executionId === undefined ? undefined : await client.status(this.#executionId);
    const hasEnded = sent !== undefined && sent.status !== 'running' && sent.status !== 'waiting';
    const listed = await client.list({ limit: 100 });
    const begun = listed
      .filter(({ startedAtMs }) => startedAtMs >= this.#startedAtMs)
      .map(({ executionId }) => executionId);
    return [...new Set([...(hasEnded ? [sent.executionId] : []), ...begun])];
  }

  #conclude(outcome: RunOutcome): number {
    const { options, store } = this.#run;
    const { memoryMb, architecture } = options;
    const facts = { wallMs: this.#readTime(), memoryMb, architecture, seed: this.#lambda.seed, store };
    this.#view.end(writeReport(this.#record, outcome, facts));
    const { stderr, environment } = this.#parts.streams;
    if (outcome.failure)
      stderr.write(`${renderFailure(outcome.failure, choosePaint(environment, stderr.isTTY === true))}\n`);
    if (outcome.outcome === 'interrupted') return readExitCode(this.#parts.interruption);
    return outcome.outcome === 'completed' ? 0 : 1;
  }

  #readTime(): number {
    return performance.now() - this.#startedAt;
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

/** Keeps what the runtime tells of a local run, and draws it in the end. */
class TimelineRecorder {
  readonly #events: RuntimeEvent[] = [];
  readonly #ends: Kill[] = [];
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** Progress is nothing that a timeline shows, and may come a thousand times a second. */
  listen(lambda: LocalLambda): void {
    lambda.on('note', ({ line }) => {
      const event = parseEvent(line);
      if (event !== undefined && event.type !== 'progress') this.#events.push(event);
    });
    lambda.on('invocation-end', ({ requestId }) => this.#ends.push({ requestId, atMs: Date.now() }));
  }

  /** @returns what there is to say about it */
  async write(): Promise<string> {
    const timeline = modelFromEvents(this.#events, Date.now(), this.#ends);
    if (timeline === undefined) return 'no timeline was written: the runtime told nothing';
    await writePage(timeline, this.#file);
    return `timeline written to ${this.#file}`;
  }
}

/**
 * What tells `baton dev` of an execution: an observer that every environment's handler finds, and that writes each event to descriptor 4.
 * A log may be silent, in other words, or somebody else's.
 */
const eventsPreload = `
{
  const { writeSync } = require('node:fs');
  const write = (text) => {
    // A pipe that is full for a moment is written to again; one that is gone has nobody to tell.
    for (let tries = 0; text.length > 0 && tries < 1000; tries += 1) {
      try {
        text = text.subarray(writeSync(4, text));
      } catch (error) {
        if (error.code !== 'EAGAIN') return;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      }
    }
  };
  const key = Symbol.for('lambda-baton:observers');
  const last = { atMs: 0, event: undefined };
  const tell = (event) => write(Buffer.from(JSON.stringify(event) + '\\n'));
  const on = (event) => {
    // Steps may report their progress a thousand times a second.
    if (event.type === 'progress' && event.atMs - last.atMs < 100) {
      last.event = event;
      return;
    }
    if (last.event !== undefined && event.type !== 'progress') tell(last.event);
    last.event = undefined;
    if (event.type === 'progress') last.atMs = event.atMs;
    tell(event);
  };
  globalThis[key] = [...(globalThis[key] ?? []), { on }];
}
`;
