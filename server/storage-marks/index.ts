export { storageProblem } from './storage-problem.ts';
export type { StorageStage } from './stage.ts';
export { startStorageMarks, type StorageMarks, type StorageMarksOptions } from './storage-marks.ts';
