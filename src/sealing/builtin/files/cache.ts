import { join } from 'node:path';

const MiB = 1024 * 1024;

/** Names in a sector's cache directory, those of rust-fil-proofs where it has such a file. */
export const cacheFiles = {
  treeD: 'sc-02-data-tree-d.dat',
  treeR: 'sc-02-data-tree-r-last.dat',
  persistentAux: 'p_aux',
  temporaryAux: 't_aux',
  syntheticProofs: 'syn-porep-vanilla-proofs.dat',
  manifest: 'sealvisor.json',
} as const;

/** What is kept of a cache when its sector is persisted. */
export const keptFiles = (['persistentAux', 'temporaryAux', 'treeR', 'manifest'] as const).map(
  (file) => cacheFiles[file],
);

/** What upstream keeps of a cache (vc-processors, cached_filenames_for_sector): a large sector's tree is split into parts. */
export function foreignKeptFiles(sectorSize: number): readonly string[] {
  const parts = Math.floor(sectorSize / (4096 * MiB));
  const trees =
    parts < 2
      ? [cacheFiles.treeR]
      : Array.from({ length: parts }, (_, at) => cacheFiles.treeR.replace(/\.dat$/, `-${at}.dat`));
  return [cacheFiles.persistentAux, cacheFiles.temporaryAux, ...trees];
}

/** File of a label layer; layers count from 1. */
export function layerFile(layer: number): string {
  return `sc-02-data-layer-${layer}.dat`;
}

/** Number of layers for a sector size in bytes: 2 up to 8 MiB, 11 above. */
export function layersOf(sectorSize: number): number {
  return sectorSize <= 8 * MiB ? 2 : 11;
}

/** Path of a cache file. */
export function cachePath(cacheDir: string, file: keyof typeof cacheFiles): string {
  return join(cacheDir, cacheFiles[file]);
}

/** Path of a layer's file. */
export function layerPath(cacheDir: string, layer: number): string {
  return join(cacheDir, layerFile(layer));
}
