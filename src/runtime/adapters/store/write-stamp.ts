/** Drawn once in a process; an environment that is restored from a snapshot would have the one of its siblings. */
let nonce: string | undefined;
let count = 0;

/** A text that no other write has, of this process or another: random bytes that the process has drawn, and a counter. */
export function createWriteStamp(): string {
  if (nonce === undefined || process.env.AWS_LAMBDA_INITIALIZATION_TYPE === 'snap-start')
    nonce = process.getBuiltinModule('node:crypto').randomBytes(12).toString('hex');
  count += 1;
  return nonce + count.toString(36);
}
