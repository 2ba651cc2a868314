#!/usr/bin/env bash
# Records what the workloads print at size small: record.sh PYTHON (a CPython 3.14).
# NAME.txt when the output is the same for all thread counts, NAME.N.txt when it depends on the count.
set -eu
[ $# = 1 ] || { sed -n '2,3p' "$0"; exit 2; }
cd "$(dirname "$0")"
for program in *.py; do
  name=${program%.py}
  [ "$name" = common ] && continue
  rm -f expected/"$name".txt expected/"$name".*.txt
  for threads in 1 2 4 64; do
    PYTHONDONTWRITEBYTECODE=1 "$1" "$program" --threads $threads >expected/"$name".$threads.txt
  done
  if cmp -s expected/"$name".1.txt expected/"$name".2.txt && cmp -s expected/"$name".1.txt expected/"$name".4.txt &&
    cmp -s expected/"$name".1.txt expected/"$name".64.txt; then
    mv expected/"$name".1.txt expected/"$name".txt
    rm expected/"$name".[0-9]*.txt
  fi
done
