import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

/** Where texts are kept. */
export interface Archive {
  /** Writes a text; writing it again changes nothing. */
  write(name: string, text: string, signal: AbortSignal): Promise<void>;
}

/** The token of the {@link Archive}. */
export const ARCHIVE = Symbol('ARCHIVE');

/** Texts in a bucket. */
export class S3Archive implements Archive {
  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
  ) {}

  static fromEnvironment({ ARCHIVE_BUCKET = '' } = process.env): S3Archive {
    return new S3Archive(new S3Client({ forcePathStyle: true }), ARCHIVE_BUCKET);
  }

  async write(name: string, text: string, abortSignal: AbortSignal): Promise<void> {
    const request = { Bucket: this.bucket, Key: name, Body: text };
    await this.client.send(new PutObjectCommand(request), { abortSignal });
  }
}
