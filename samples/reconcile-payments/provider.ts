import { RetryableError, TerminalError } from 'lambda-baton';

/** A payment as the provider sees it. Money is in whole cents: sums of fractions do not agree. */
export interface ProviderPayment {
  readonly id: string;
  /** Captured and not refunded. */
  readonly capturedCents: number;
}

/** Where a page begins. Tokens expire; the id of the last payment of the page before does not. */
export interface PageCursor {
  readonly after: string;
  readonly token?: string;
}

export interface Page {
  readonly payments: ProviderPayment[];
  /** Null after the last page. */
  readonly next: PageCursor | null;
}

/** A payment provider. A key that comes again gets the answer of the first time; with another amount it is refused. */
export interface Provider {
  list(since: string, cursor: PageCursor, signal: AbortSignal): Promise<Page>;
  capture(id: string, amountCents: number, key: string, signal: AbortSignal): Promise<void>;
  refund(id: string, amountCents: number, key: string, signal: AbortSignal): Promise<void>;
}

/** The token of the {@link Provider}. */
export const PROVIDER = Symbol('PROVIDER');

/** How long an answer is waited for, in milliseconds. */
const timeoutMs = 1_000;

/** A provider behind HTTP. */
export class HttpProvider implements Provider {
  constructor(private readonly url: string) {}

  static fromEnvironment({ PROVIDER_URL = '' } = process.env): HttpProvider {
    return new HttpProvider(PROVIDER_URL);
  }

  async list(since: string, { after, token }: PageCursor, signal: AbortSignal): Promise<Page> {
    const query = new URLSearchParams({ since, after, ...(token !== undefined && { token }) });
    const response = await this.request(`/payments?${query}`, { signal });
    if (response.status === 410) return this.list(since, { after }, signal); // the token has expired
    const { payments, nextToken } = (await response.json()) as {
      payments: ProviderPayment[];
      nextToken?: string;
    };
    const last = payments.at(-1)?.id;
    return { payments, next: nextToken && last ? { after: last, token: nextToken } : null };
  }

  capture(id: string, amountCents: number, key: string, signal: AbortSignal): Promise<void> {
    return this.post(`/payments/${id}/captures`, amountCents, key, signal);
  }

  refund(id: string, amountCents: number, key: string, signal: AbortSignal): Promise<void> {
    return this.post(`/payments/${id}/refunds`, amountCents, key, signal);
  }

  private async post(path: string, amountCents: number, key: string, signal: AbortSignal): Promise<void> {
    const headers = { 'content-type': 'application/json', 'idempotency-key': key };
    const body = JSON.stringify({ amountCents });
    await (await this.request(path, { method: 'POST', headers, body, signal })).text();
  }

  private async request(path: string, { signal, ...init }: RequestInit & { signal: AbortSignal }) {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const response = await fetch(`${this.url}${path}`, { ...init, signal: limit });
    if (response.ok || response.status === 410) return response;
    throw await readRefusal(path, response);
  }
}

/** A throttle says when to come back; what is our own mistake is not tried again; anything else may pass. */
async function readRefusal(path: string, response: Response): Promise<Error> {
  const message = `${path} answered ${response.status}: ${await response.text()}`;
  const seconds = Number(response.headers.get('retry-after') ?? 1);
  if (response.status === 429)
    return new RetryableError({ message, retryAfterMs: seconds * 1_000, countsAsAttempt: false });
  return response.status < 500 ? new TerminalError(message) : new Error(message);
}
