/**
 * Somebody else's processors: `node foreign-sealer.mjs <stage> <dir>`. The formats are their own, the files' names
 * upstream's. PC1 notes in `<dir>/asked` that it was asked, and is done once `<dir>/go` is there.
 */
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { unpadInto } from '../../../dist/src/sealing/builtin/pieces/fr32.js';

const [, , stage, dir] = process.argv;
const sha = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const node = (pair) => {
  const out = sha(pair);
  out[31] &= 0x3f;
  return out;
};
const above = (level) =>
  Buffer.concat(
    Array.from({ length: level.length / 64 }, (_, at) => node(level.subarray(at * 64, at * 64 + 64))),
  );

function write(path, bytes) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, bytes);
  renameSync(`${path}.new`, path);
}

function tree(level) {
  const levels = [level];
  while (levels.at(-1).length > 32) levels.push(above(levels.at(-1)));
  return Buffer.concat(levels);
}

function demand(isSo, what) {
  if (!isSo) throw new Error(what);
}

const does = {
  add_pieces({ pieces, staged_filepath }) {
    demand(pieces.length === 1 && pieces[0].piece_file === 'pledge', 'only empty sectors here');
    const staged = Buffer.alloc((pieces[0].piece_size / 127) * 128);
    write(staged_filepath, staged);
    return [{ commitment: [...tree(staged).subarray(-32)], size: pieces[0].piece_size }];
  },
  tree_d({ staged_file, cache_dir }) {
    write(join(cache_dir, 'sc-02-data-tree-d.dat'), tree(readFileSync(staged_file)));
    return true;
  },
  async pc1({ cache_path, in_path, ticket, piece_infos }) {
    appendFileSync(join(dir, 'asked'), '.');
    while (!existsSync(join(dir, 'go'))) await delay(20);
    demand(piece_infos.length === 1, 'no pieces');
    write(join(cache_path, 'labels', 'all.bin'), sha(Buffer.from(ticket)));
    return `phase1:${in_path}`;
  },
  pc2({ pc1out, cache_dir, sealed_file }) {
    demand(/^phase1:/.test(pc1out), 'this is no output of our pc1');
    const key = readFileSync(join(cache_dir, 'labels', 'all.bin'));
    const sealed = readFileSync(pc1out.slice(7)).map((byte, at) => byte ^ key[at % 32]);
    write(sealed_file, sealed);
    write(join(cache_dir, 'sc-02-data-tree-r-last.dat'), sha(sealed, 'tree'));
    write(join(cache_dir, 'p_aux'), Buffer.concat([sha('comm_c'), sha(sealed)]));
    write(join(cache_dir, 't_aux'), Buffer.from([1, 0, 0, 0]));
    const comm_d = readFileSync(join(cache_dir, 'sc-02-data-tree-d.dat')).subarray(-32);
    return { registered_proof: 'StackedDrg2KiBV1_1', comm_r: [...sha(sealed)], comm_d: [...comm_d] };
  },
  c1({ cache_dir, sealed_file, seed, ticket, pc2out, prover_id }) {
    const comm_r = sha(readFileSync(sealed_file));
    demand(comm_r.equals(Buffer.from(pc2out.comm_r)), 'the sealed file is another');
    demand(comm_r.equals(readFileSync(join(cache_dir, 'p_aux')).subarray(32)), 'p_aux is of another sector');
    demand(
      [seed, ticket, prover_id].every((each) => each.length === 32),
      'not 32 bytes',
    );
    return `phase2:${Buffer.from(seed).toString('hex')}`;
  },
  c2({ c1out }) {
    demand(/^phase2:/.test(c1out), 'this is no output of our c1');
    return { proof: [...Buffer.alloc(192, sha(c1out))] };
  },
  /** Data XOR a key, which lies in the new cache: an upgraded sector is read without the old one. */
  snap_encode({
    registered_proof,
    new_replica_path,
    new_cache_path,
    sector_path,
    sector_cache_path,
    staged_data_path,
  }) {
    demand(registered_proof === 'StackedDrg2KiBV1', `${registered_proof} is not the proof of an update`);
    const key = sha(readFileSync(sector_path), readFileSync(join(sector_cache_path, 'p_aux')));
    const update = readFileSync(staged_data_path).map((byte, at) => byte ^ key[at % 32]);
    write(new_replica_path, update);
    write(join(new_cache_path, 'sc-02-data-tree-r-last.dat'), sha(update, 'tree'));
    write(join(new_cache_path, 'p_aux'), Buffer.concat([sha('comm_c'), sha(update)]));
    write(join(new_cache_path, 't_aux'), key);
    const comm_d_new = readFileSync(join(new_cache_path, 'sc-02-data-tree-d.dat')).subarray(-32);
    return { comm_r_new: [...sha(update)], comm_r_last_new: [...sha('last')], comm_d_new: [...comm_d_new] };
  },
  snap_vanilla({ comm_r_old, comm_r_new, sector_path, replica_path, replica_cache_path }) {
    demand(sha(readFileSync(sector_path)).equals(Buffer.from(comm_r_old)), 'the old sector is another');
    demand(sha(readFileSync(replica_path)).equals(Buffer.from(comm_r_new)), 'the new sector is another');
    demand(
      readFileSync(join(replica_cache_path, 'p_aux')).subarray(32).equals(Buffer.from(comm_r_new)),
      'p_aux',
    );
    return [
      [...sha('partition 1', Buffer.from(comm_r_new))],
      [...sha('partition 2', Buffer.from(comm_r_old))],
    ];
  },
  snap_prove({ vannilla_proofs, comm_r_old, comm_r_new }) {
    const [one, two] = vannilla_proofs.map((proof) => Buffer.from(proof));
    demand(
      one.equals(sha('partition 1', Buffer.from(comm_r_new))),
      'these are no proofs of our snap_vanilla',
    );
    demand(
      two.equals(sha('partition 2', Buffer.from(comm_r_old))),
      'these are no proofs of our snap_vanilla',
    );
    return [...Buffer.alloc(192, sha(one, two))];
  },
  unseal({ cache_dir, sealed_file, unsealed_output, offset, num_bytes }) {
    const key = readFileSync(join(cache_dir, 't_aux'));
    demand(key.length === 32, 'only upgraded sectors here');
    const padded = readFileSync(sealed_file).map((byte, at) => byte ^ key[at % 32]);
    const payload = Buffer.alloc((padded.length / 128) * 127);
    unpadInto(padded, payload, padded.length / 128);
    write(unsealed_output, payload.subarray(offset, offset + num_bytes));
    return num_bytes;
  },
  transfer({ routes }) {
    for (const { src, dest } of routes) {
      mkdirSync(dirname(dest.uri), { recursive: true });
      copyFileSync(src.uri, dest.uri);
    }
    return true;
  },
};

process.stdout.write(`${stage} processor ready\n`);
const input = createInterface({ input: process.stdin });
input.on('close', () => process.exit(0));
input.on('line', async (line) => {
  const { id, task } = JSON.parse(line);
  const said = await Promise.resolve()
    .then(() => does[stage](task))
    .then(
      (output) => ({ id, err_msg: null, output }),
      (thrown) => ({ id, err_msg: thrown.message, output: null }),
    );
  process.stdout.write(`${JSON.stringify(said)}\n`);
});
