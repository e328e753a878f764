import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

/** An AWS service on this machine, in a process of its own. */
export interface StandIn {
  /** What an AWS client needs to reach it and nothing else. */
  readonly clientOptions: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
    readonly maxAttempts: number;
  };
  stop(): Promise<void>;
}

/** Starts one of the scripts of this folder, and waits for its port. */
export async function startStandIn(script: string, ...options: readonly string[]): Promise<StandIn> {
  const child = spawn(process.execPath, [join(__dirname, script), ...options], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const port = await readPort(child, script);
  return {
    clientOptions: {
      endpoint: `http://127.0.0.1:${port}`,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
      maxAttempts: 1,
    },
    stop: () =>
      new Promise((resolve) => {
        child.once('close', () => resolve());
        child.kill('SIGKILL');
      }),
  };
}

function readPort(child: ChildProcess, script: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', (chunk: Buffer) => resolve(Number(chunk.toString())));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code} before it listened`)));
  });
}
