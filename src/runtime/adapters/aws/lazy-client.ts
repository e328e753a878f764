/** The part of an AWS client that is used: what a double has to have. */
export interface CommandSender {
  // biome-ignore lint/suspicious/noExplicitAny: commands and answers have the types of the client that is wrapped
  send(command: any, options?: { readonly abortSignal?: AbortSignal }): Promise<any>;
}

/** An AWS client that is loaded and made when it is first needed, and then kept warm. */
export class LazyClient implements CommandSender {
  #client: Promise<CommandSender> | undefined;
  readonly #create: () => Promise<CommandSender>;

  constructor(create: () => Promise<CommandSender>) {
    this.#create = create;
  }

  async send(command: unknown, options?: { readonly abortSignal?: AbortSignal }): Promise<unknown> {
    const client = await this.load();
    return client.send(command, options);
  }

  /** Loads the client. A failure is not remembered. */
  load(): Promise<CommandSender> {
    this.#client ??= this.#create().catch((error: unknown) => {
      this.#client = undefined;
      throw error;
    });
    return this.#client;
  }
}

/** Calls with a signal that aborts after `timeoutMs`, or when `outer` does; leaves no timer and no listener behind. */
export async function withTimeLimit<Result>(
  timeoutMs: number,
  call: (signal: AbortSignal) => Promise<Result>,
  outer?: AbortSignal,
): Promise<Result> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const handle = setTimeout(abort, timeoutMs);
  outer?.addEventListener('abort', abort);
  if (outer?.aborted) abort();
  try {
    return await call(controller.signal);
  } finally {
    clearTimeout(handle);
    outer?.removeEventListener('abort', abort);
  }
}
