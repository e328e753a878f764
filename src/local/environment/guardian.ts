import { type ChildProcess, spawn } from 'node:child_process';

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
