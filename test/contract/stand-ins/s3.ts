import { CreateBucketCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { S3CheckpointStore, type S3CheckpointStoreOptions } from '../../../src';
import type { StoreUnderTest } from '../../../src/testing';
import { FailingClient } from './failing-client';
import { type StandIn, startStandIn } from './start-stand-in';

/** S3 on this machine, and buckets in it. */
export class LocalS3 {
  readonly client: S3Client;
  readonly #standIn: StandIn;
  #bucketCount = 0;

  private constructor(standIn: StandIn) {
    this.#standIn = standIn;
    this.client = new S3Client({ ...standIn.clientOptions, forcePathStyle: true });
  }

  /** @param options - `--ignore-conditions` for an S3 that writes whatever the condition says */
  static async start(...options: readonly '--ignore-conditions'[]): Promise<LocalS3> {
    return new LocalS3(await startStandIn('run-s3.mjs', ...options));
  }

  /** Takes an S3 that is there. */
  static connect(standIn: StandIn): LocalS3 {
    return new LocalS3(standIn);
  }

  /** Makes a bucket and answers its name. */
  async createBucket(): Promise<string> {
    this.#bucketCount += 1;
    const Bucket = `executions-${this.#bucketCount}`;
    await this.client.send(new CreateBucketCommand({ Bucket }));
    return Bucket;
  }

  /** Every key of a bucket. */
  async readKeys(Bucket: string): Promise<string[]> {
    const keys: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await this.client.send(new ListObjectsV2Command({ Bucket, ContinuationToken }));
      keys.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    return keys;
  }

  /** A fresh bucket as the contract suite takes it. */
  async open(): Promise<StoreUnderTest> {
    const bucket = await this.createBucket();
    const reopen = (client: S3CheckpointStoreOptions['client'] = this.client) =>
      new S3CheckpointStore({ bucket, client });
    return {
      store: reopen(),
      reopen: () => reopen(),
      inlineLimitBytes: 262_144,
      countParts: async () => (await this.readKeys(bucket)).filter((key) => key.includes('/part-')).length,
      openDying: (number, when) => reopen(FailingClient.dying(this.client, number, when)),
    };
  }

  /** For those who make a client of their own. */
  get endpoint(): string {
    return this.#standIn.clientOptions.endpoint;
  }

  async stop(): Promise<void> {
    this.client.destroy();
    await this.#standIn.stop();
  }
}
