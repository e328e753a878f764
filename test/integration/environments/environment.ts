import { type ChildProcess, fork } from 'node:child_process';
import type { FromEnvironment, ToEnvironment } from './messages';

/** One continuation that an environment has sent. */
export interface Sent {
  readonly channel: string;
  readonly executionId: string;
  readonly invocation: number;
  readonly event: unknown;
}

/** One call of the handler. */
export interface Call {
  readonly event: unknown;
  readonly awsRequestId: string;
  /** @defaultValue 60000 */
  readonly remainingMs?: number;
}

/** An execution environment: a process of its own that can be held at a point, stopped, woken and killed. */
export class Environment {
  readonly sent: Sent[] = [];
  readonly #child: ChildProcess;
  readonly #reached = new Set<string>();
  readonly #listeners = new Set<(message: FromEnvironment) => void>();
  #callCount = 0;

  constructor(bundle: string, directory: string, ledger: string) {
    this.#child = fork(bundle, [directory, ledger], {
      env: { ...process.env },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', (message: FromEnvironment) => {
      if (message.kind === 'reached') this.#reached.add(message.point);
      if (message.kind === 'sent') this.#keep(message);
      for (const listener of this.#listeners) listener(message);
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** Calls the handler. Resolves to its answer, or to `{ code, message }` of what it threw. */
  call({ event, awsRequestId, remainingMs = 60_000 }: Call): Promise<unknown> {
    this.#callCount += 1;
    const callId = this.#callCount;
    const ended = new Promise<unknown>((resolve) => {
      this.#listeners.add((message) => {
        if (message.kind === 'ended' && message.callId === callId)
          resolve('error' in message ? message.error : message.answer);
      });
    });
    this.#tell({ kind: 'call', callId, event, awsRequestId, remainingMs });
    return ended;
  }

  /** Makes the process wait when it comes to a point. */
  hold(point: string): void {
    this.#tell({ kind: 'hold', point });
  }

  /** Lets it go on from there. */
  go(point: string): void {
    this.#tell({ kind: 'go', point });
  }

  /** Loses the reply of the `Invoke` that starts this invocation, although it was accepted. */
  loseReply(invocation: number): void {
    this.#tell({ kind: 'lose-reply', invocation });
  }

  /** Resolves when a point is reached. */
  reach(point: string): Promise<void> {
    if (this.#reached.has(point)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#listeners.add((message) => {
        if (message.kind === 'reached' && message.point === point) resolve();
      });
    });
  }

  stop(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  wake(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      this.#child.kill('SIGKILL');
    });
  }

  #keep({ channel, executionId, invocation, body }: Extract<FromEnvironment, { kind: 'sent' }>): void {
    this.sent.push({ channel, executionId, invocation, event: JSON.parse(body) });
  }

  #tell(message: ToEnvironment): void {
    this.#child.send(message);
  }
}
