import { RetryableError, TerminalError } from 'lambda-baton';

/** What the service says of a task. */
export type TaskAnswer =
  | { readonly status: 'running' }
  | { readonly status: 'done'; readonly text: string }
  | { readonly status: 'failed'; readonly reason: string };

/** What is to be transcribed. */
export interface TranscribeInput {
  readonly recording: string;
}

/** What the service is asked for. */
export interface TaskRequest extends TranscribeInput {
  readonly key: string;
  /** A text that the service sends with its answer, when it is to call back. */
  readonly token?: string;
}

/** A service that takes minutes to hours. */
export interface Transcriber {
  /** Begins a task; with a key that it has seen, the one of that time. @returns its id */
  begin(request: TaskRequest, signal: AbortSignal): Promise<string>;
  read(taskId: string, signal: AbortSignal): Promise<TaskAnswer>;
  /** Ends a task and removes what the service keeps of it. Removing it again changes nothing. */
  remove(taskId: string, signal: AbortSignal): Promise<void>;
}

/** The token of the {@link Transcriber}. */
export const TRANSCRIBER = Symbol('TRANSCRIBER');

/** How long an answer is waited for, in milliseconds. */
const timeoutMs = 2_000;

/** The service behind HTTP. */
export class HttpTranscriber implements Transcriber {
  constructor(private readonly url: string) {}

  static fromEnvironment({ TRANSCRIBER_URL = '' } = process.env): HttpTranscriber {
    return new HttpTranscriber(TRANSCRIBER_URL);
  }

  async begin({ key, ...body }: TaskRequest, signal: AbortSignal): Promise<string> {
    const headers = { 'content-type': 'application/json', 'idempotency-key': key };
    const request = { method: 'POST', headers, body: JSON.stringify(body), signal };
    const { id } = (await (await this.request('/tasks', request)).json()) as { id: string };
    return id;
  }

  async read(taskId: string, signal: AbortSignal): Promise<TaskAnswer> {
    return (await (await this.request(`/tasks/${taskId}`, { signal })).json()) as TaskAnswer;
  }

  async remove(taskId: string, signal: AbortSignal): Promise<void> {
    await this.request(`/tasks/${taskId}`, { method: 'DELETE', signal });
  }

  private async request(path: string, { signal, ...init }: RequestInit & { signal: AbortSignal }) {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const response = await fetch(`${this.url}${path}`, { ...init, signal: limit });
    if (response.ok) return response;
    const message = `${path} answered ${response.status}: ${await response.text()}`;
    if (response.status === 429)
      throw new RetryableError({ message, retryAfterMs: 1_000, countsAsAttempt: false });
    throw response.status < 500 ? new TerminalError(message) : new Error(message);
  }
}
