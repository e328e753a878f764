import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { LogRow } from './parse-line';

/** What one chunk becomes. */
export interface LakePart {
  readonly file: string;
  /** Where the chunk begins in it, in bytes. */
  readonly offset: number;
  readonly rows: readonly LogRow[];
  /** Lines that are none, as they were. */
  readonly rejects: readonly Uint8Array[];
}

/** Where rows go. Writing the same part again changes nothing. */
export interface Lake {
  write(part: LakePart, signal: AbortSignal): Promise<void>;
}

/** The token of the {@link Lake}. */
export const LAKE = Symbol('LAKE');

/** JSON lines in a bucket. The name of an object comes from the data, so that a chunk that is loaded again replaces itself. */
export class S3Lake implements Lake {
  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
  ) {}

  static fromEnvironment({ LAKE_BUCKET = '' } = process.env): S3Lake {
    return new S3Lake(new S3Client({ forcePathStyle: true }), LAKE_BUCKET);
  }

  async write({ file, offset, rows, rejects }: LakePart, signal: AbortSignal): Promise<void> {
    const name = `${file}/${String(offset).padStart(15, '0')}`;
    const json = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    const rejected = rejects.flatMap((text) => [text, Buffer.from('\n')]);
    if (rows.length > 0) await this.put(`rows/${name}.ndjson`, json, signal);
    if (rejects.length > 0) await this.put(`rejects/${name}.log`, Buffer.concat(rejected), signal);
  }

  private async put(Key: string, Body: string | Uint8Array, abortSignal: AbortSignal) {
    await this.client.send(new PutObjectCommand({ Bucket: this.bucket, Key, Body }), { abortSignal });
  }
}
