import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { TerminalError } from 'lambda-baton';
import { type Files, type ListedFile, partBytes, type Upload } from './files';

/** Two buckets. */
export class S3Files implements Files {
  constructor(
    private readonly client: S3Client,
    private readonly source: string,
    private readonly target: string,
  ) {}

  static fromEnvironment({ SOURCE_BUCKET = '', TARGET_BUCKET = '' } = process.env): S3Files {
    return new S3Files(new S3Client({ forcePathStyle: true }), SOURCE_BUCKET, TARGET_BUCKET);
  }

  async list(Prefix: string, after: string, abortSignal: AbortSignal): Promise<ListedFile[]> {
    const page = { Bucket: this.source, Prefix, MaxKeys: 200, ...(after !== '' && { StartAfter: after }) };
    const { Contents = [] } = await this.client.send(new ListObjectsV2Command(page), { abortSignal });
    return Contents.map(({ Key = '', Size = 0, ETag = '' }) => ({ key: Key, bytes: Size, etag: ETag }));
  }

  async move(file: ListedFile, signal: AbortSignal): Promise<void> {
    const original = await this.hash(this.source, file.key, signal);
    let copy = await this.hash(this.target, file.key, signal);
    if (original === undefined) return this.checkMoved(file, copy);
    if (copy !== original) {
      await this.copy(file, signal);
      copy = await this.hash(this.target, file.key, signal);
    }
    if (copy !== original) throw new Error(`The copy of ${file.key} is not the same.`);
    const request = { Bucket: this.source, Key: file.key, IfMatch: file.etag };
    await this.client.send(new DeleteObjectCommand(request), { abortSignal: signal });
  }

  async beginUpload({ key }: ListedFile, abortSignal: AbortSignal): Promise<Upload> {
    const request = { Bucket: this.target, Key: key };
    const { UploadId = '' } = await this.client.send(new CreateMultipartUploadCommand(request), {
      abortSignal,
    });
    return { id: UploadId, parts: [] };
  }

  async copyNextPart(file: ListedFile, { id, parts }: Upload, abortSignal: AbortSignal): Promise<boolean> {
    const start = parts.length * partBytes;
    if (start >= file.bytes) return false;
    const request = {
      ...this.describeCopy(file),
      UploadId: id,
      PartNumber: parts.length + 1,
      CopySourceRange: `bytes=${start}-${Math.min(start + partBytes, file.bytes) - 1}`,
    };
    const { CopyPartResult } = await this.client.send(new UploadPartCopyCommand(request), { abortSignal });
    parts.push(CopyPartResult?.ETag ?? '');
    return true;
  }

  async finishUpload({ key }: ListedFile, { id, parts }: Upload, abortSignal: AbortSignal): Promise<void> {
    const Parts = parts.map((ETag, index) => ({ ETag, PartNumber: index + 1 }));
    const request = { Bucket: this.target, Key: key, UploadId: id, MultipartUpload: { Parts } };
    try {
      await this.client.send(new CompleteMultipartUploadCommand(request), { abortSignal });
    } catch (error) {
      // It was finished before, and the answer got lost. `move` compares what is there.
      if (!isNamed(error, 'NoSuchUpload')) throw error;
    }
  }

  /** The original is gone: deleted by an attempt that did not live to say so, if there is a copy. */
  private checkMoved({ key }: ListedFile, copy: string | undefined): void {
    if (copy === undefined) throw new TerminalError(`${key} is in neither bucket: somebody else deleted it.`);
  }

  private async copy(file: ListedFile, abortSignal: AbortSignal): Promise<void> {
    await this.client.send(new CopyObjectCommand(this.describeCopy(file)), { abortSignal });
  }

  /** A file that has changed since it was listed is refused. */
  private describeCopy({ key, etag }: ListedFile) {
    const CopySource = `${this.source}/${key.split('/').map(encodeURIComponent).join('/')}`;
    return { Bucket: this.target, Key: key, CopySource, CopySourceIfMatch: etag };
  }

  /** The SHA-256 of what is there; undefined when there is nothing. */
  private async hash(Bucket: string, Key: string, abortSignal: AbortSignal): Promise<string | undefined> {
    const hash = createHash('sha256');
    try {
      const { Body } = await this.client.send(new GetObjectCommand({ Bucket, Key }), { abortSignal });
      for await (const bytes of Body as Readable) hash.update(bytes);
    } catch (error) {
      if (isNamed(error, 'NoSuchKey')) return undefined;
      throw error;
    }
    return hash.digest('hex');
  }
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}
