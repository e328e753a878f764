import type { ListObjectsV2CommandInput } from '@aws-sdk/client-s3';
import type { CommandSender } from '../../../src/runtime/adapters/aws/lazy-client';

/** An S3 in this process's memory, for buckets of many thousands of objects. Conditions and pages are heeded; what was asked is counted. */
export class MemoryS3 implements CommandSender {
  readonly objects = new Map<string, { readonly text: string; readonly etag: string; readonly at: Date }>();
  /** How often each command was sent. */
  readonly counts: Record<string, number> = {};
  #writeCount = 0;

  // biome-ignore lint/suspicious/noExplicitAny: as the port has it
  async send({ constructor: { name }, input }: any): Promise<any> {
    this.counts[name] = (this.counts[name] ?? 0) + 1;
    if (name === 'PutObjectCommand') return this.#put(input);
    if (name === 'GetObjectCommand') return this.#get(input.Key);
    if (name === 'ListObjectsV2Command') return this.#list(input);
    for (const { Key } of input.Delete.Objects) this.objects.delete(Key);
    return {};
  }

  /** What a call has asked for. */
  async count(call: () => Promise<unknown>): Promise<Record<string, number>> {
    const before = { ...this.counts };
    await call();
    const asked = Object.entries(this.counts).map(
      ([name, count]) => [name.replace('Command', ''), count - (before[name] ?? 0)] as const,
    );
    return Object.fromEntries(asked.filter(([, count]) => count > 0));
  }

  /** Lets time go by for the objects that are there. */
  age(ms: number): void {
    for (const [key, object] of this.objects)
      this.objects.set(key, { ...object, at: new Date(object.at.getTime() - ms) });
  }

  #put({
    Key,
    Body,
    IfMatch,
    IfNoneMatch,
  }: {
    Key: string;
    Body: string;
    IfMatch?: string;
    IfNoneMatch?: string;
  }) {
    const stored = this.objects.get(Key);
    const isHeld =
      (IfMatch === undefined || stored?.etag === IfMatch) &&
      (IfNoneMatch === undefined || stored === undefined);
    if (!isHeld) throw awsError('PreconditionFailed', 412);
    this.#writeCount += 1;
    const etag = `"${this.#writeCount}"`;
    this.objects.set(Key, { text: Body, etag, at: new Date() });
    return { ETag: etag };
  }

  #get(key: string) {
    const object = this.objects.get(key);
    if (object === undefined) throw awsError('NoSuchKey', 404);
    return { ETag: object.etag, Body: { transformToString: async () => object.text } };
  }

  #list({ Prefix = '', StartAfter = '', ContinuationToken, MaxKeys = 1_000 }: ListObjectsV2CommandInput) {
    const after = ContinuationToken ?? StartAfter;
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(Prefix) && key > after).sort();
    const page = keys.slice(0, MaxKeys);
    const Contents = page.map((Key) => ({ Key, LastModified: this.objects.get(Key)?.at }));
    return { Contents, IsTruncated: keys.length > page.length, NextContinuationToken: page.at(-1) };
  }
}

function awsError(name: string, httpStatusCode: number): Error {
  return Object.assign(new Error(name), {
    name,
    $fault: 'client',
    $metadata: { attempts: 1, httpStatusCode },
  });
}
