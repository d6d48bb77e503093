/** A sector of 2KiB that upstream's real proofs sealed empty and upgraded: its data are known. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { UnsealTask } from '../tasks.js';
import { bytes32, type KnownTask, sealProof } from './sample.js';

const bytes = (base64: string) => Buffer.from(base64, 'base64');

/** Made by snap_encode of filecoin-proofs 18.1, for prover 0, sector 1, ticket 0, with `data` in it. */
const made = {
  commD: '/H6SgpblFvqt6Yayj5LUSk8kuTVIUiM3anmQJ7wY+DM=',
  commROld: 'ry1W5H1sQsvxfu6zdI/hSZUZvUMVYkcRi0bTR/tPAS4=',
  commDNew: 'Ozx03Kyc/Ge9ZLrJXz7K2aYPOq/H2vmiVvJSSzzxGB8=',
  aux: 'ymM6WqE/LgY6jPf03HdXeJaEBGoFeEj9EBnFgqdO9WBcQklkFUmJi4nM7EcEjRha+UjGtJ2wBUq9+bGPQmjHBA==',
  update:
    '/lYWHk5pk81S5sxqhPKNFnmgR2Gu9SMdkbXXmPGUHEBCjHtBcHLpaZiBgIFhDJHXsEOFhrFKz5H7lHyAFdDYFLa2q694H/1uRivNYB9biROmjZeI6+TztMz9T3c3ZuZn5EGKkoz5A9dQ77OfJMvUVDedS19KN9FK6nHqaKgetyhNpmhR0Az8TgocpFw8LTwLiQi/RG8UK99qdfC2RX7ROef0zAqklFjHL54OobD2xaCMZRCS06eknAMqqNl/cvkWNPuS46X5jpr8x45vAWHQHsfwzMizJd5LElfNWMnfbjthLiCd0clCY6toLX8qf8GCCDbsHyk/wC/QT+xgx+zVA2+sVkNKpoa4fuESjmI9L6UWAnZ9FPThfaBl537gILBjOdtEOe/1NClF3yKNhnnfhYNISH2IAgLvqonNtbymvzgwh88W2fse4fdFfYuFXykDjiEk0mvbr8z4ra35kNyNc4TDdX9cROJtBnYuv0Uczvc2tiSCUzAU6xGSFLEEqiljl2TovNWQhwOKZuyA+f8R9gaEuJgE1P39Rl3KmvPb11YDzAd4+uvW5cLP7Rh8T3IQySdZ3VtI9vWpnMIQvzJeJYLL+wm5SmolX/tFy1uZ9Td4VUE93kNCAx7MhAH7fB0T8Kolo2ymrvmuCkWQfZm1pgGkp7N0Ae77x/g56UqvU0ja/cAY/dQdxiA50DsPpIMXQih8b8NgSfqb1UFSQ1EmQZRMsX9ttGyPlGmliN+1GKBjYLoJ3/UzKaVfFhmPetQZBZmlkbqH+uXwAgIu1YSi6A9EoXPf+4nzXfoE6zC/pkN00aicgbYtNtEya85uUU0K9wciL9qVY4CowLNUkWoaCCPzeeOg52gLZhHpiPVTQxNDYDvEh/Gs7q+MWMrTPmcy6m4HKIlb1WsKpzZp/7HWSWlGaHpB4rySHIhE6sZhzh4QLfF+HpCLAK/k1nJRVnZD7TsLCj/3k1v7GaIpr4CZW/WA3pT/K3doW/x9/GT/3hXndaMLULyWC0AYJNN6WeA5lEwnr5EaajXhoXVoX5ZxiKgURfih6WbtzDVISL9Lo2GRg7yfHpHVA+73behbWT+UgC+OrP8DqGTHQQlFdnkXXD6Iu4GbQYUHikwqnw1WIyPsS1iQe67Jcn4/flJi5OEnlKN3T5MgnsaNw7nARYM6FTFXsQIzN6bjSlF1hr1nRh+4Z72fKpPLFLF2zxLCKZQes9yqAlW+PcSg3wI90skcc1dxkhfDa1yG373jv5jLqYtzLvE33sHurjG+1DzlXsQMGCMYyatMN/hQ7Tib7ykYZBSmvCi9MlZDjY4gfi+aaxd4NVUO5HJ1TXzFl5othaltXG03Bj3NEGRaPMoX8ViHKrixx7RuPrVbQfXkaSRtbw6eji5tvBz3kfIWHupceZtVTAw1EV1AJxls71kXWReJD+oqSrSqzO+fQGWixdz1kC5D2WAzMN0AQqOCXcPWk45CCvNiAWT0oRP6+KwhCGbMBLzfSGBzbvEb01plp8FcH4NBj6mmYWzAOtL2TKcSqF9AVuK8ru6ujambb+oGl076Syo3IMrA2c/28wxLfCPAohPutnQGJpzE3abXNe6VXfBLQOChvit0GItBGpSehyMyL/bi9vJ+7auJimCv5K7MMGe4hgDEHJcspWvQjlmto41TCS07pufX39y33U6ByyTHTcJJsiCYFdWI7owPQvHcgDrra4TsYzuSzQnGPH2NBzAijQY6W7LQAJwsYV+swTJpGz7te7K4N+3UaOg10LSmwE5c/OeBNHwIE0Vx4kan3T0gLhMft6CxLg7dIQgXGd6Lt0I38fzeVYObqx+mysRAjwOmv++TwoO4uHH2u5jhyug3xdiTr5bIGbXFhUHTgO9TRlxgrJQa0h3ZGp5Qx19nacEn/6LMZmPSV76z1smEP+kRRgSa3eqEBFN4XZyVRL8b2pHeszHyK3l8WZAG8te6iFf5J1YEoVYnRI2ceOqRntwbMit5jHslgSdtC8nDwV7vJK43IyTHlJ0XKeZAaUQHwFmjrtlHW/L1Btuh/oWg9FQQoWLY0f8gnNXQGKTTTWYzEFjjO3J44gbPnO/UE2HytR5P8KGV9F+WsGNPac01+khotpLs6d19/tStIbDeopx3PQJ/rGhF8bcWorBwVddpj4dOF1kywClNEbrP86BabZVmiHXOHSXmg7qVgrxree8SFUibCx2kLQgmn0Uzd5UAhyvgb/qt1ka1eN8oAM27NoN82arPyWRgYwucciWXUHDCU6DFBCvsr9fpboSlNzSjuSCzTa/iCDRBBlvj3A2uh/wCaWWVPSA4mm+3504nWJ2gn1rka9SVRM4epCJLSVphO1540JKc99e39ZJO2ATdgPai4HA99lz0TgGZT/n/5CNbPCPEnRKgtu/S2DQRa9mw6/gCjhN+b+iQyk9imOg+LvIqRE6MOfBJkV2tXM9rkIw8B7qdfqOOZ2jhmrdh7XHkJhWwCUDX5x71PR6bGtLiQggOQi/E8+Qn0H0B2kApZ5lPWnQna26a7EoWcJG2zVfcWeUCXCiXwSgbDmuOQ9ghr0EWLuMsaudZY8ZsGC5ErUWsjeG7JMWpYKW0eL+pddZhMDufsBMQTcAvoT60okJQc+UGF5qlfv58A75IiFejQH+FBRJvSmLoKv7Ycdnh9Ev05++z/oMOQbrsx19QyzEMfrUYU6DsdyzlwmZVP9xTU/BwUNcBWgiF4WUosYSBSgLa/SA=',
};
const data = Buffer.from(Array.from({ length: 2032 }, (_, at) => (at * 7) % 251));
/** A range of whole quads that does not start at 0. */
const range = { offset: 508, num_bytes: 1016 };

/** A task that unseals a range of it; its files are written below `dir`. */
export function upgradedSector(dir: string): KnownTask {
  const cache = join(dir, 'update-cache');
  const [sealed, output] = [join(dir, 'update'), join(dir, 'known-piece')];
  mkdirSync(cache);
  writeFileSync(join(cache, 'p_aux'), bytes(made.aux));
  writeFileSync(sealed, bytes(made.update));
  const task: UnsealTask = {
    registered_proof: sealProof,
    prover_id: bytes32,
    sector_id: 1,
    comm_d: [...bytes(made.commD)],
    comm_r_old: [...bytes(made.commROld)],
    comm_d_new: [...bytes(made.commDNew)],
    ticket: bytes32,
    cache_dir: cache,
    sealed_file: sealed,
    unsealed_output: output,
    ...range,
  };
  const expected = data.subarray(range.offset, range.offset + range.num_bytes);
  return { task, isRight: () => existsSync(output) && readFileSync(output).equals(expected) };
}
