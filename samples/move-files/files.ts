/** A file as it was listed. */
export interface ListedFile {
  readonly key: string;
  readonly bytes: number;
  /** Changes when the file does. */
  readonly etag: string;
}

/** A copy in parts that has begun. */
export interface Upload {
  readonly id: string;
  /** The tags of the parts that are copied, in order. */
  readonly parts: string[];
}

/** Two places, and a way between them. */
export interface Files {
  /** A page of the files whose key begins with `prefix` and comes after `after`. Empty after the last one. */
  list(prefix: string, after: string, signal: AbortSignal): Promise<ListedFile[]>;
  /** Copies what is not there yet, compares checksums, and deletes the original when they agree. */
  move(file: ListedFile, signal: AbortSignal): Promise<void>;
  beginUpload(file: ListedFile, signal: AbortSignal): Promise<Upload>;
  /** Copies the part that follows. @returns whether there was one */
  copyNextPart(file: ListedFile, upload: Upload, signal: AbortSignal): Promise<boolean>;
  /** Makes the parts one file. An upload that is finished already stays so. */
  finishUpload(file: ListedFile, upload: Upload, signal: AbortSignal): Promise<void>;
}

/** The token of the {@link Files}. */
export const FILES = Symbol('FILES');

/** A larger file is copied in parts of this size, in bytes. S3 takes no part below 5 MiB but the last one. */
export const partBytes = 5_242_880;
