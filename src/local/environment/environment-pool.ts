import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { Emit } from '../events';
import type { FunctionVersion } from '../functions/local-function';
import type { LineStream } from './environment-process';
import { ExecutionEnvironment } from './execution-environment';
import type { EnvironmentSettings } from './work';

/** What all environments have in common. */
type SharedSettings = Pick<
  EnvironmentSettings,
  'endpoint' | 'freeze' | 'initTimeoutMs' | 'preload' | 'region' | 'temporary'
>;

/** Starts environments, keeps them warm, hands them out again. */
export class EnvironmentPool {
  readonly #all = new Map<ExecutionEnvironment, FunctionVersion>();
  /** Warm ones at rest, the longest rested first. */
  readonly #resting = new Set<ExecutionEnvironment>();
  readonly #retired = new WeakSet<FunctionVersion>();
  #isClosed = false;
  readonly #shared: SharedSettings;
  readonly #limit: number;
  readonly #guardian: Guardian;
  readonly #emit: Emit;

  constructor(
    shared: SharedSettings,
    /** How many processes are kept at most; a resting one of another version makes room. */
    limit: number,
    guardian: Guardian,
    emit: Emit,
  ) {
    this.#shared = shared;
    this.#limit = limit;
    this.#guardian = guardian;
    this.#emit = emit;
  }

  /** A warm environment of this version, or a new one. `cold` says which. */
  async acquire(version: FunctionVersion): Promise<{ environment: ExecutionEnvironment; cold: boolean }> {
    const warm = [...this.#resting].findLast(
      (candidate) => this.#all.get(candidate) === version && !candidate.isEnding,
    );
    if (warm !== undefined) {
      this.#resting.delete(warm);
      return { environment: warm, cold: false };
    }
    this.#makeRoom();
    return { environment: await this.#start(version), cold: true };
  }

  /** Whose environment made a call, by the access key it was signed with. */
  findCaller(accessKeyId: string | undefined): ExecutionEnvironment | undefined {
    return [...this.#all.keys()].find(({ settings }) => accessKeyId === `ASIA${settings.id}`);
  }

  findByRequest(requestId: string): ExecutionEnvironment | undefined {
    return [...this.#all.keys()].find((environment) => environment.requestId === requestId);
  }

  /** Ends the environments of a version that was replaced: the resting ones now, the busy ones after their invocation. */
  retire(version: FunctionVersion): void {
    this.#retired.add(version);
    for (const environment of this.#resting)
      if (this.#all.get(environment) === version) environment.kill('stopped');
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const environments = [...this.#all.keys()];
    for (const environment of environments) environment.kill('stopped');
    await Promise.all(environments.map(({ ended }) => ended));
  }

  #makeRoom(): void {
    const [maxRested] = this.#resting;
    if (this.#all.size >= this.#limit) maxRested?.kill('stopped');
  }

  async #start(version: FunctionVersion): Promise<ExecutionEnvironment> {
    const settings: EnvironmentSettings = {
      ...this.#shared,
      ...version,
      id: randomBytes(8).toString('hex').toUpperCase(),
    };
    const environment = await ExecutionEnvironment.start(settings, {
      onLog: (source, stream, line) => this.#onLog(source, stream, line),
      onIdle: (rested) => this.#onIdle(rested, version),
      onEnd: (ended) => this.#onEnd(ended),
    });
    this.#all.set(environment, version);
    if (environment.pid > 0) this.#guardian.watch(environment.pid);
    this.#emit('environment-start', describe(environment));
    if (this.#isClosed) environment.kill('stopped');
    return environment;
  }

  #onLog({ requestId, settings }: ExecutionEnvironment, stream: LineStream, line: string): void {
    const { functionName, id: environmentId } = settings;
    const about = { functionName, environmentId, line, ...(requestId !== undefined && { requestId }) };
    if (stream === 'note') this.#emit('note', about);
    else this.#emit('log', { ...about, stream });
  }

  #onIdle(environment: ExecutionEnvironment, version: FunctionVersion): void {
    if (this.#retired.has(version)) environment.kill('stopped');
    else this.#resting.add(environment);
  }

  #onEnd(environment: ExecutionEnvironment): void {
    this.#resting.delete(environment);
    this.#all.delete(environment);
    this.#guardian.forget(environment.pid);
    this.#emit('environment-end', describe(environment));
  }
}

function describe({ settings, pid }: ExecutionEnvironment): {
  functionName: string;
  version: string;
  environmentId: string;
  pid: number;
} {
  return { functionName: settings.functionName, version: settings.version, environmentId: settings.id, pid };
}

/** Reads `+ pid` and `- pid` lines; when its input ends, kills what is left and removes the directory. */
const script = `
trap '' INT TERM HUP
live=' '
while read -r verb pid; do
  case "$verb" in
    +) live="$live$pid " ;;
    -) case "$live" in *" $pid "*) live="\${live%%" $pid "*} \${live#*" $pid "}" ;; esac ;;
  esac
done
for pid in $live; do kill -KILL "$pid" 2>/dev/null; done
rm -rf "$1"
`;

/**
 * A shell that outlives this process, however that ends, and takes the environments with it.
 *
 * Needed because a stopped or busy process cannot notice by itself that its parent is gone.
 */
export class Guardian {
  readonly #shell: ChildProcess | undefined;

  /** @param directory is removed at the end */
  constructor(directory: string) {
    if (process.platform === 'win32') return;
    this.#shell = spawn('/bin/sh', ['-c', script, 'lambda-baton-guardian', directory], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#shell.on('error', () => {});
    this.#shell.stdin?.on('error', () => {});
    this.#shell.unref();
  }

  watch(pid: number): void {
    this.#shell?.stdin?.write(`+ ${pid}\n`);
  }

  forget(pid: number): void {
    this.#shell?.stdin?.write(`- ${pid}\n`);
  }

  /** Resolves when everything is gone. */
  async end(): Promise<void> {
    if (this.#shell === undefined || this.#shell.exitCode !== null) return;
    const ended = new Promise<void>((resolve) => this.#shell?.once('close', () => resolve()));
    this.#shell.ref();
    this.#shell.stdin?.end();
    await ended;
  }
}
