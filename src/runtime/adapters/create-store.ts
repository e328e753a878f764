import type { CheckpointStore } from '../ports';
import { FileCheckpointStore } from './file-store';

/** The store that the environment names: a table (with a bucket for large states), a bucket, or a directory. */
export type StoreSettings =
  | { readonly kind: 'bucket'; readonly bucket: string }
  | { readonly kind: 'directory'; readonly directory: string }
  | { readonly kind: 'table'; readonly tableName: string; readonly bucket: string | undefined };

/** Makes the store that the environment names. */
export function createStore(settings: StoreSettings): CheckpointStore {
  switch (settings.kind) {
    case 'directory':
      return new FileCheckpointStore(settings);
    case 'bucket':
    case 'table':
      throw new Error('to come');
  }
}
