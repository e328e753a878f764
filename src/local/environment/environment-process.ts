import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { EndReason } from '../events';
import type { EnvironmentSettings, ErrorDocument } from './work';

const v8HeapShare = 0.9;
const v8YoungShare = 0.05;

/** How a process ended, as the operating system tells it. */
export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Where a line was written: `note` is descriptor 4, which the handler's own code knows nothing of. */
export type LineStream = 'note' | 'stderr' | 'stdout';
type OnLine = (stream: LineStream, line: string) => void;

/** The operating system's side of an environment: a process group of its own with AWS's runtime client in it. */
export class EnvironmentProcess {
  readonly pid: number;
  /** Resolves when the process is gone and its output is read. */
  readonly ended: Promise<ProcessEnd>;
  /** The highest resident size seen so far, in megabytes. */
  peakMb = 0;
  readonly #child: ChildProcess;

  constructor(settings: EnvironmentSettings, runtimeApi: string, onLine: OnLine) {
    const { nodePath, memoryMb, preload, runtimeClient, taskRoot } = settings;
    const heap = [
      `--max-old-space-size=${Math.floor(memoryMb * v8HeapShare)}`,
      `--max-semi-space-size=${Math.ceil(memoryMb * v8YoungShare)}`,
    ];
    this.#child = spawn(nodePath, [...heap, '--require', preload, runtimeClient], {
      cwd: taskRoot,
      env: environmentVariables(settings, runtimeApi),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
    });
    this.pid = this.#child.pid ?? -1;
    this.#child.stdio[3]?.on('error', () => {});
    this.#readLines(onLine);
    this.ended = this.#watchEnd(onLine);
  }

  kill(): void {
    this.#signal('SIGKILL');
  }

  freeze(): void {
    this.#signal('SIGSTOP');
  }

  thaw(): void {
    this.#signal('SIGCONT');
  }

  /** Resident size now, in megabytes. */
  readResidentMb(): number {
    const { residentMb, peakMb } = readMemory(this.pid);
    this.peakMb = Math.max(this.peakMb, peakMb);
    return residentMb;
  }

  #readLines(onLine: OnLine): void {
    const { stdout, stderr, stdio } = this.#child;
    for (const [stream, readable] of [
      ['stdout', stdout],
      ['stderr', stderr],
      ['note', stdio[4]],
    ] as const) {
      if (readable) splitLines(readable as Readable, (line) => onLine(stream, line));
    }
  }

  #watchEnd(onLine: OnLine): Promise<ProcessEnd> {
    return new Promise((resolve) => {
      this.#child.once('error', (error) => {
        onLine('stderr', String(error));
        resolve({ exitCode: 127, signal: null });
      });
      this.#child.once('exit', () => this.kill());
      this.#child.once('close', (exitCode, signal) => resolve({ exitCode, signal }));
    });
  }

  /** To the whole group: what the handler started ends, or stands still, with it. */
  #signal(signal: NodeJS.Signals): void {
    try {
      if (process.platform === 'win32') this.#child.kill(signal);
      else if (this.pid > 0) process.kill(-this.pid, signal);
    } catch {
      // The group is gone already.
    }
  }
}

/** Memory of a process in megabytes: now, and at its highest. Zeros where there is no /proc. */
function readMemory(pid: number): { residentMb: number; peakMb: number } {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    return { residentMb: megabytes(status, 'VmRSS'), peakMb: megabytes(status, 'VmHWM') };
  } catch {
    return { residentMb: 0, peakMb: 0 };
  }
}

function megabytes(status: string, field: string): number {
  return Math.ceil(Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1024);
}

/** Calls back with each line of a stream, and with an unfinished one at its end. */
function splitLines(stream: Readable, onLine: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stream.on('error', () => {});
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  stream.on('end', () => rest !== '' && onLine(rest));
}

const signalNames: Partial<Record<NodeJS.Signals, string>> = {
  SIGKILL: 'killed',
  SIGABRT: 'aborted',
  SIGTERM: 'terminated',
  SIGSEGV: 'segmentation fault',
};

/** AWS's error document for an invocation whose process ended before it answered. `seconds` is the time-out that was reached. */
export function describeEnd(
  requestId: string,
  reason: EndReason,
  end: ProcessEnd,
  seconds: number,
): ErrorDocument {
  const about = `RequestId: ${requestId} Error: `;
  if (reason === 'time-out')
    return {
      errorType: 'Sandbox.Timedout',
      errorMessage: `${about}Task timed out after ${seconds.toFixed(2)} seconds`,
    };
  const errorType = reason === 'out-of-memory' ? 'Runtime.OutOfMemory' : 'Runtime.ExitError';
  return { errorType, errorMessage: about + describeExit(end) };
}

function describeExit({ exitCode, signal }: ProcessEnd): string {
  if (signal !== null) return `Runtime exited with error: signal: ${signalNames[signal] ?? signal}`;
  return exitCode === 0
    ? 'Runtime exited without providing a reason'
    : `Runtime exited with error: exit status ${exitCode}`;
}

/** The variables of a handler's process: AWS's, the endpoints, the user's own; nothing of this process but what Node needs to start. */
function environmentVariables(settings: EnvironmentSettings, runtimeApi: string): Record<string, string> {
  const { functionName, version, region, memoryMb, endpoint, id, temporary } = settings;
  return {
    ...systemVariables(),
    TMPDIR: temporary,
    AWS_ENDPOINT_URL_LAMBDA: endpoint,
    AWS_ENDPOINT_URL_SQS: endpoint,
    AWS_ENDPOINT_URL_SCHEDULER: endpoint,
    ...credentials(id),
    ...isolation,
    BATON_RETRY_AFTER_MS: String(settings.retryAfterMs),
    ...settings.environment,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_VERSION: version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}/[${version}]${id}`,
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    _HANDLER: settings.handler,
    LAMBDA_TASK_ROOT: settings.taskRoot,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    TZ: ':UTC',
  };
}

/** As on Lambda there is no machine to ask: the developer's own AWS profile must not reach a handler. */
const isolation = {
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
};

/** The access key names the environment, so that a call over the wire can be traced to the invocation that made it. */
function credentials(id: string): Record<string, string> {
  return { AWS_ACCESS_KEY_ID: `ASIA${id}`, AWS_SECRET_ACCESS_KEY: 'local', AWS_SESSION_TOKEN: 'local' };
}

function systemVariables(): Record<string, string> {
  const needed = ['PATH', 'LD_LIBRARY_PATH', 'SystemRoot', 'TEMP'];
  const found = needed.flatMap((name) =>
    process.env[name] === undefined ? [] : [[name, process.env[name]]],
  );
  return { LANG: 'en_US.UTF-8', ...Object.fromEntries(found) };
}
