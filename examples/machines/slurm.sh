#!/bin/bash
# A sweep without Redis on Slurm: sixteen jobs of an array, each with every sixteenth trial in a file of its own, then a
# job that makes one study of them.
#   bash slurm.sh    # submits both; run again after a time limit, it goes on where it stopped
# Run it in the folder of sweep.yaml, with plateau on the PATH: npm install -g plateau, or PATH=$PWD/node_modules/.bin:$PATH
#SBATCH --job-name=plateau
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=8
#SBATCH --mem=8G
#SBATCH --time=04:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=plateau-%x-%A_%a.log
# A minute before the time is up: trials save where they are.
#SBATCH --signal=B:TERM@60
set -euo pipefail

shards=${SHARDS:-16}
studies=${STUDIES:-$PWD/studies}

if [[ $# == 0 ]]; then
  [[ -f sweep.yaml ]] || { echo "no sweep.yaml here: run this in its folder" >&2; exit 2; }
  mkdir -p "$studies"
  array=$(sbatch --parsable --array="1-$shards" "$0" shard)
  sbatch --dependency="afterok:${array%%;*}" --kill-on-invalid-dep=yes --output=plateau-%x-%j.log --job-name=plateau-merge --cpus-per-task=1 "$0" merge
elif [[ "$1" == shard ]]; then
  # In place of the shell, so that it is plateau that hears the signal.
  exec plateau worker --shard "$SLURM_ARRAY_TASK_ID/$shards" sweep.yaml --study "$studies/shard-$SLURM_ARRAY_TASK_ID.sqlite" --workers "${SLURM_CPUS_PER_TASK:-1}" --resume --quiet
else
  exec plateau study merge "$studies"/shard-*.sqlite -o "$studies/whole.sqlite"
fi
