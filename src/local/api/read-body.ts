import type { IncomingMessage } from 'node:http';

/** Reads a request to its end. A sender that dies half-way gives what has come so far. */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('close', () => resolve(Buffer.concat(chunks)));
  });
}

const loopback = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])(?::\d{1,5})?$/i;

/**
 * Whether a request was meant for this machine and comes from a program on it. A browser says where a request comes from, and what it
 * calls the machine: a page of somebody else must reach nothing here, not even under a name of its own that resolves to loopback.
 */
export function isFromThisMachine({ headers }: IncomingMessage): boolean {
  const isBrowser = headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
  return !isBrowser && loopback.test(headers.host ?? '');
}
