import type { CheckpointStore } from '../ports';
import { FileCheckpointStore } from './file-store';

/** The store that the environment names. */
export interface StoreSettings {
  readonly kind: 'directory';
  readonly directory: string;
}

/** Makes the store that the environment names. */
export function createStore(settings: StoreSettings): CheckpointStore {
  return new FileCheckpointStore(settings);
}
