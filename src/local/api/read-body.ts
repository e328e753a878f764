import type { IncomingMessage } from 'node:http';

/** Reads a request to its end. A sender that dies half-way gives what has come so far. */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('close', () => resolve(Buffer.concat(chunks)));
  });
}
