import { rmSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { LocalLambda } from '../../local';
import type { DevOptions } from '../arguments/dev-options';
import { readEvent } from '../arguments/read-event';
import type { ConsoleStreams } from '../console-streams';
import { RunRecord } from '../record/run-record';
import { judgeRun, type Verdict } from '../report/verdict';
import { writeReport } from '../report/write-report';
import { chooseView } from '../view/choose-view';
import { NoiseFilter } from '../view/noise-filter';
import { choosePaint } from '../view/paint';
import { renderFailure } from '../view/render-failure';
import type { View } from '../view/view';
import { chooseDevStore, type DevStore, keepOutOfGit, noDevStore } from './dev-store';
import { checkNode, prepareLambda } from './prepare-lambda';
import type { PreparedLambda } from './prepared-lambda';
import { applyTemplate, type TemplateRun } from './template/apply-template';
import { deployFunction } from './template/deploy-function';
import { watchRun } from './watch-run';

const exitCodes: Readonly<Record<Verdict['outcome'], number>> = { completed: 0, failed: 1, cancelled: 1, lost: 1, interrupted: 130 };

/**
 * Runs an execution to its end and shows it.
 *
 * @param interruption aborts when the user wants to stop: every process is ended then, and the summary says so
 * @returns the exit code: 0 only when the execution completed
 */
export async function runDev(given: DevOptions, streams: ConsoleStreams, interruption: AbortSignal): Promise<number> {
  const event = await readEvent(given.event, streams.stdin);
  checkNode(given.nodePath);
  const run = given.template && applyTemplate(given, given.template);
  const options = run?.options ?? given;
  const { faults, seed } = options;
  const lambda = await LocalLambda.start({ faults, ...(seed !== undefined && { seed }) });
  const stop = () => void lambda.stop();
  interruption.addEventListener('abort', stop);
  try {
    if (interruption.aborted) return exitCodes.interrupted;
    return await new DevRun(lambda, options, streams, run).run(event, interruption);
  } finally {
    await lambda.stop();
    interruption.removeEventListener('abort', stop);
    if (run) rmSync(run.storeDirectory, { recursive: true, force: true });
  }
}

/** One run, from the start event to the summary. */
class DevRun {
  private readonly record = new RunRecord();
  private readonly noise = new NoiseFilter();
  private readonly view: View;
  private readonly store: DevStore;
  private startedAt = performance.now();
  private readonly readTime = () => performance.now() - this.startedAt;

  constructor(
    private readonly lambda: LocalLambda,
    private readonly options: DevOptions,
    private readonly streams: ConsoleStreams,
    private readonly template: TemplateRun | undefined,
  ) {
    this.store = template ? noDevStore : chooseDevStore(options, streams);
    this.view = chooseView(options.output, streams, this.record, this.readTime);
  }

  async run(event: unknown, interruption: AbortSignal): Promise<number> {
    const { lambda, options, record, view } = this;
    const { functionName, hasQueue } = await this.prepare();
    keepOutOfGit(this.store);
    this.startedAt = performance.now();
    try {
      view.begin({ options, seed: lambda.seed, hasQueue, keptIn: this.store.label });
      for (const remark of this.template?.deployed.remarks ?? []) view.remark(remark);
      if (options.hasQueue && !hasQueue && !this.template)
        view.remark('No continuation queue: run npm install --save-dev local-aws-sqs to have one.');
      const isOver = this.watch();
      await lambda.invoke({ functionName, invocationType: 'Event', payload: event });
      await Promise.race([lambda.idle(), isOver]);
      await lambda.stop();
      return this.conclude(judgeRun(record, interruption.aborted));
    } finally {
      view.close();
    }
  }

  private prepare(): Promise<PreparedLambda> {
    const { lambda, options, template } = this;
    return template ? deployFunction(lambda, template) : prepareLambda(lambda, options, this.store.directory);
  }

  /** Resolves when there is nothing to wait for any more although events are left: a handler that cannot even start never will. */
  private watch(): Promise<void> {
    return new Promise((resolve) => {
      watchRun(this.lambda, this.record, this.readTime, (event, invocation) => {
        if (!this.noise.isNoise(event)) this.view.show(event, invocation);
        if (event.name === 'invocation-end' && event.about.reason === 'init-error' && this.record.executions.size === 0) resolve();
      });
    });
  }

  private conclude(verdict: Verdict): number {
    const { memoryMb, architecture } = this.options;
    const store = this.store.directory === undefined ? undefined : { directory: this.store.directory, options: this.store.options };
    const facts = { wallMs: this.readTime(), memoryMb, architecture, seed: this.lambda.seed, store };
    this.view.end(writeReport(this.record, verdict, facts));
    const { stderr, environment } = this.streams;
    if (verdict.failure) stderr.write(`${renderFailure(verdict.failure, choosePaint(environment, stderr.isTTY === true))}\n`);
    return exitCodes[verdict.outcome];
  }
}
