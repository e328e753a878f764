import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { TerminalError } from 'lambda-baton';
import { readMembers } from './read-members';

/** A log file, as it was when the execution began: what is appended later is left to the next one. */
export interface LogFile {
  readonly key: string;
  readonly bytes: number;
}

/** Part of a file. */
export interface Chunk {
  /** Unpacked, if the file is. */
  readonly bytes: Uint8Array;
  /** Where the next chunk begins. */
  readonly end: number;
}

/** Where logs come from. */
export interface LogFiles {
  list(prefix: string, signal: AbortSignal): Promise<LogFile[]>;
  /** About `length` bytes from `offset` on. Of a `.gz` file: whole members, one at least, until they have made as much. */
  read(file: LogFile, offset: number, length: number, signal: AbortSignal): Promise<Chunk>;
}

/** The token of the {@link LogFiles}. */
export const LOG_FILES = Symbol('LOG_FILES');

/** Log files in a bucket, read by byte ranges. */
export class S3LogFiles implements LogFiles {
  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
  ) {}

  static fromEnvironment({ LOGS_BUCKET = '' } = process.env): S3LogFiles {
    return new S3LogFiles(new S3Client({ forcePathStyle: true }), LOGS_BUCKET);
  }

  async list(prefix: string, abortSignal: AbortSignal): Promise<LogFile[]> {
    const files: LogFile[] = [];
    const query = { Bucket: this.bucket, Prefix: prefix };
    for await (const page of paginateListObjectsV2({ client: this.client }, query, { abortSignal }))
      for (const { Key = '', Size = 0 } of page.Contents ?? []) {
        if (Size > 0) files.push({ key: Key, bytes: Size });
      }
    return files;
  }

  async read(file: LogFile, offset: number, length: number, signal: AbortSignal): Promise<Chunk> {
    if (file.key.endsWith('.gz')) return this.readPacked(file, offset, length, length / 8, signal);
    const end = Math.min(offset + length, file.bytes);
    return { bytes: await this.readRange(file.key, offset, end, signal), end };
  }

  /** Logs are packed to an eighth or less. A member that is longer than what was read of it is read again, with more. */
  private async readPacked(
    file: LogFile,
    offset: number,
    enough: number,
    length: number,
    signal: AbortSignal,
  ): Promise<Chunk> {
    const end = Math.min(offset + Math.ceil(length), file.bytes);
    const members = readMembers(await this.readRange(file.key, offset, end, signal), enough);
    if (members.length > 0) return { bytes: members.bytes, end: offset + members.length };
    if (end < file.bytes) return this.readPacked(file, offset, enough, length * 2, signal);
    throw new TerminalError(`${file.key}: the gzip member at byte ${offset} has no end.`);
  }

  private async readRange(Key: string, start: number, end: number, abortSignal: AbortSignal) {
    const request = { Bucket: this.bucket, Key, Range: `bytes=${start}-${end - 1}` };
    const { Body } = await this.client.send(new GetObjectCommand(request), { abortSignal });
    if (Body === undefined) throw new Error(`${Key} has no content.`);
    return Body.transformToByteArray();
  }
}
