/** The sectors' lives in the store: a change is on disk when the call returns. */
import { SealvisorError } from '../../protocol/errors.js';
import { formatSectorId, type SectorId } from '../../protocol/sector.js';
import type { FleetStore } from '../../store/fleet-store.js';
import { lifeIn, type SectorLife } from './life.js';

export interface KeptLife {
  readonly id: SectorId;
  readonly life: SectorLife;
}

export class Lives {
  constructor(private readonly store: FleetStore) {}

  find({ miner, number }: SectorId): SectorLife | undefined {
    const row = this.store.sector(miner, number);
    return row && lifeIn(row.body);
  }

  /** @throws sector_not_found */
  of(id: SectorId): SectorLife {
    const life = this.find(id);
    if (life) return life;
    throw new SealvisorError('sector_not_found', `sector ${formatSectorId(id)} was never allocated here`);
  }

  /** @throws sector_not_found */
  keep(id: SectorId, facts: Partial<SectorLife>): SectorLife {
    const life = { ...this.of(id), ...facts };
    this.store.putSector({ ...id, body: JSON.stringify(life) });
    return life;
  }

  all(): readonly KeptLife[] {
    return this.store
      .sectors()
      .map(({ miner, number, body }) => ({ id: { miner, number }, life: lifeIn(body) }));
  }
}
