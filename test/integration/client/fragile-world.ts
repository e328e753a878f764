import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BatonClient, type ExecutionDescription, FileCheckpointStore } from '../../../src';
import type { LocalLambda } from '../../../src/local';
import { collect, lambdaClient, startLambda } from '../../local/start-lambda';

/** One effect of a step, as its process wrote it down. */
interface Effect {
  readonly executionId: string;
  readonly n: number;
  readonly key: string;
  readonly invocation: number;
}

/** The fragile job on a local Lambda that tries no event twice, with a store of files and a queue for what it gives up. */
export class FragileWorld {
  readonly folder = mkdtempSync(join(tmpdir(), 'baton-fragile-'));
  readonly directory = join(this.folder, 'store');
  readonly client: BatonClient;
  readonly starts: readonly unknown[];
  #heldUntil = 0;
  #held: (() => void)[] = [];
  readonly lambda: LocalLambda;
  readonly #failures: string;

  private constructor(lambda: LocalLambda, failures: string) {
    this.lambda = lambda;
    this.#failures = failures;
    this.starts = collect(lambda, 'invocation-start');
    const store = new FileCheckpointStore({ directory: this.directory });
    this.client = new BatonClient({ functionName: 'fragile', store, client: lambdaClient(lambda) });
  }

  static async open(): Promise<FragileWorld> {
    const lambda = await startLambda({ onRequest: () => world.#hold() });
    const { arn: onFailure } = await lambda.createQueue({ name: 'failures' });
    const world: FragileWorld = new FragileWorld(lambda, onFailure);
    mkdirSync(world.directory);
    await lambda.createFunction({
      ...{
        name: 'fragile',
        code: join(__dirname, 'fixtures/fragile-job.ts'),
        timeoutMs: 5_000,
        recursiveLoop: 'Allow',
      },
      ...{ maximumRetryAttempts: 0, onFailure },
      environment: {
        BATON_DIRECTORY: world.directory,
        WORK_FOLDER: world.folder,
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      },
    });
    return world;
  }

  /** Starts executions, kills their processes in the second step, and waits until each must be dead and no event is left. */
  async abandon(...ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map((executionId) => this.#startAndKill(executionId)));
    await this.lambda.idle();
    for (const executionId of ids) await this.waitFor(executionId, ({ isStuck }) => isStuck);
  }

  /** Lets Lambda accept nothing until so many clients wait for it at the same time. */
  holdUntil(clientCount: number): void {
    this.#heldUntil = clientCount;
  }

  /** Waits until an execution stands as it should. */
  async waitFor(executionId: string, isThere: (status: ExecutionDescription) => boolean): Promise<void> {
    for (;;) {
      const status = await this.client.status(executionId);
      if (status !== undefined && isThere(status)) return;
      await sleep(20);
    }
  }

  /** What Lambda has given up, since the last look. */
  readFailures(): Promise<readonly { readonly body: string }[]> {
    return this.lambda.drainQueue(this.#failures);
  }

  readEffects(executionId: string): Effect[] {
    const lines = readFileSync(join(this.folder, 'effects'), 'utf8').trimEnd().split('\n');
    return lines
      .map((line) => JSON.parse(line) as Effect)
      .filter((effect) => effect.executionId === executionId);
  }

  readCancelled(): string[] {
    const file = join(this.folder, 'cancelled');
    return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  async #startAndKill(executionId: string): Promise<void> {
    await this.client.start({ executionId, input: { hangs: true } });
    process.kill(Number(await this.#readPid(executionId)), 'SIGKILL');
  }

  async #hold(): Promise<undefined> {
    if (this.#heldUntil === 0) return;
    await new Promise<void>((resolve) => {
      this.#held.push(resolve);
      if (this.#held.length < this.#heldUntil) return;
      this.#heldUntil = 0;
      for (const release of this.#held.splice(0)) release();
    });
  }

  async #readPid(executionId: string): Promise<string> {
    const file = join(this.folder, `${executionId}.pid`);
    for (;;) {
      const pid = existsSync(file) ? readFileSync(file, 'utf8') : '';
      if (pid !== '') return pid;
      await sleep(20);
    }
  }
}
