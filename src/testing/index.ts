export { MemoryCheckpointStore } from '../runtime/adapters/memory-store';
