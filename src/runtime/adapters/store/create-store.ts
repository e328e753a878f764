import type { CheckpointStore } from '../../ports';
import { LazyStore } from './lazy-store';

/** The store that the environment names. */
export type StoreSettings =
  | { readonly kind: 'bucket'; readonly bucket: string }
  | { readonly kind: 'directory'; readonly directory: string }
  | { readonly kind: 'table'; readonly tableName: string; readonly bucket?: string };

/** Makes the store that the environment names. Its code, and its AWS client, are loaded with the first call. */
export function createStore(settings: StoreSettings): CheckpointStore {
  return new LazyStore(() => openStore(settings));
}

async function openStore(settings: StoreSettings): Promise<CheckpointStore> {
  switch (settings.kind) {
    case 'bucket':
      return new (await import('../s3/s3-store')).S3CheckpointStore(settings);
    case 'directory':
      return new (await import('../file/file-store')).FileCheckpointStore(settings);
    case 'table':
      return new (await import('../dynamodb/dynamodb-store')).DynamoDbCheckpointStore(settings);
  }
}
