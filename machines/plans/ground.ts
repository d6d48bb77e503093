/**
 * On what each stage's processor begins, in every plan. Real processors encode in place, skip files of the right size and
 * expect others to be there: what they find is the worker's to make.
 */
import type { Ground } from '../plan.js';

export const addPieces: Ground = { removes: ['staged'] };
/** A tree of the right size would be believed. */
export const treeD: Ground = { removes: ['tree-d'] };
/** Layers of the right size would be believed, those of another ticket, too. */
export const pc1: Ground = { removes: ['all-but-tree-d'], empties: ['sealed'] };
/** What is encoded already would be encoded once more. */
export const pc2: Ground = { removes: ['sealed-cache', 'synthetic'], copies: { sealed: 'staged' } };
export const synthProof: Ground = { removes: ['synthetic'] };
export const snapAddPieces: Ground = { removes: ['snap-staged'] };
export const snapTreeD: Ground = { removes: ['snap-tree-d'] };
export const snapEncode: Ground = { removes: ['update', 'update-all-but-tree-d'] };
export const unseal: Ground = { removes: ['piece'] };
