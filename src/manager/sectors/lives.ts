/** The sectors' lives as they are kept: a change is on disk when it returns. */
import { SealvisorError } from '../../protocol/errors.js';
import { formatSectorId, type SectorId } from '../../protocol/sector.js';
import type { FleetStore } from '../../store/fleet-store.js';
import { lifeIn, type SectorLife } from './life.js';

export interface KeptLife {
  readonly id: SectorId;
  readonly life: SectorLife;
}

export interface Lives {
  find(id: SectorId): SectorLife | undefined;
  /** @throws sector_not_found */
  of(id: SectorId): SectorLife;
  keep(id: SectorId, facts: Partial<SectorLife>): SectorLife;
  all(): readonly KeptLife[];
}

export function sectorLives(store: FleetStore): Lives {
  const lives: Lives = {
    find: ({ miner, number }) => {
      const row = store.sector(miner, number);
      return row && lifeIn(row.body);
    },
    of: (id) => {
      const life = lives.find(id);
      if (life) return life;
      throw new SealvisorError('sector_not_found', `sector ${formatSectorId(id)} was never allocated here`);
    },
    keep: (id, facts) => {
      const life = { ...lives.of(id), ...facts };
      store.putSector({ ...id, body: JSON.stringify(life) });
      return life;
    },
    all: () =>
      store.sectors().map(({ miner, number, body }) => ({ id: { miner, number }, life: lifeIn(body) })),
  };
  return lives;
}
