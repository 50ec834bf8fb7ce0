#!/bin/sh
# Checks lease-fence-end.pml with Spin: one line for each property.
#
#   sh check.sh              all
#   sh check.sh today        what the protocol of today violates
#   sh check.sh rules        that no rule of the corrected protocol is idle
#   sh check.sh proof        that the corrected protocol keeps all properties
#   sh check.sh trace F1     the steps of a counterexample: a name of the first column of today or rules
#
# TIME_LIMIT: seconds for each run of the verifier, 900. MEMORY_LIMIT: in megabytes, 8000.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
what=${1:-all}
traced=${2:-}
case $what in
  all | today | rules | proof) ;;
  trace) [ -n "$traced" ] || { echo 'check.sh: which counterexample? For example: check.sh trace F1' >&2; exit 2; } ;;
  *) echo "check.sh: unknown: $what. One of all, today, rules, proof, trace <name>." >&2; exit 2 ;;
esac

command -v spin >/dev/null || {
  echo 'check.sh: Spin is missing. Install it, on Debian or Ubuntu with: apt-get install spin' >&2
  exit 2
}
cc=${CC:-}
for each in gcc cc clang; do
  [ -n "$cc" ] || ! command -v "$each" >/dev/null || cc=$each
done
[ -n "$cc" ] && command -v "$cc" >/dev/null || {
  echo 'check.sh: A C compiler is missing. Install one, on Debian or Ubuntu with: apt-get install gcc' >&2
  exit 2
}

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
cp "$here/lease-fence-end.pml" "$dir/model.pml"
cd "$dir"

differs=0
line() { # name, meaning, expected, result, figures
  printf '%-4s %-58s %-9s %-10s %s\n' "$1" "$2" "$3" "$4" "$5"
  [ "$3" = "$4" ] || differs=1
}

# Makes the verifier, and runs it. Sets `result`, `figures`, and `bit`: the number of the property that is violated.
verify() { # what spin is given, what the compiler is given, what the verifier is given
  rm -f model.pml.trail pan pan.*
  # Each is a list of words.
  # shellcheck disable=SC2086
  spin "-P$cc -E -x c" $1 -a model.pml >log 2>&1 &&
    "$cc" -w -O2 "-DMEMLIM=${MEMORY_LIMIT:-8000}" $2 -o pan pan.c >>log 2>&1 || {
    cat log >&2
    echo 'check.sh: the verifier could not be made' >&2
    exit 2
  }
  limit=
  ! command -v timeout >/dev/null || limit="timeout -s INT ${TIME_LIMIT:-900}"
  # shellcheck disable=SC2086
  $limit ./pan -m1000000 -n $3 >log 2>&1 || true
  states=$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' log)
  depth=$(sed -n 's/.*depth reached \([0-9]*\).*/\1/p' log)
  memory=$(sed -n 's/^ *\([0-9]*\)[0-9.]*.total actual memory usage.*/\1/p' log)
  seconds=$(sed -n 's/^pan: elapsed time \([0-9.]*\).*/\1/p' log)
  figures=$(printf '%9s %5s %6s %6s' "$states" "$depth" "$memory" "$seconds")
  bit=$(sed -n 's/^pan:1: assertion violated ( !(([0-9]*&\([0-9]*\))).*/\1/p' log)
  if grep -q '^pan:1:' log; then
    result=violated
  elif grep -Eq 'Search not completed|max search depth too small' log || ! grep -q 'errors: 0' log; then
    result=unfinished
  else
    result=holds
  fi
}

violates() { # name, meaning, what spin is given; with -DBFS as the fourth, the counterexample is a shortest one
  [ "$what" != trace ] || [ "$traced" = "$1" ] || return 0
  verify "$3" "-DSAFETY ${4:-}" ''
  if [ "$what" = trace ]; then
    echo "$1: $2"
    # shellcheck disable=SC2086
    spin "-P$cc -E -x c" $3 -t model.pml |
      sed -n '/processes:/q; /^spin: trail/d; /^spin: text/d; s/^spin: model.pml:[0-9]*, Error: assertion violated/=> violated/; 
        s/^ *//; s/end 3/end COMPLETED of run 0/; s/end 4/end COMPLETED of run 1/; s/end 5/end CANCELED/
        s/with end 0/without an end: no context is known/; s/end 6/end FAILED/; s/\(list of name .\).*: 0$/\1: empty/; s/\(list of name .\).*: 1$/\1: run 0/
        s/\(list of name .\).*: 2$/\1: run 1/; s/\(list of name .\).*: 3$/\1: runs 0 and 1/; p'
    found=1
    return 0
  fi
  line "$1" "$2" violated "$result" "$figures"
}

today() {
  less='-DTODAY -DTASK1=1 -DNO_CLOSE -DNO_CRASH'
  dies='-DTODAY -DTASK1=1 -DNO_CLOSE -DNO_LOSS -DNO_CANCEL'
  violates F1 'S3 a new run of a replica that is back is fenced' "$less -DNO_LOSS -DNO_CANCEL -DCHECK=512" -DBFS
  violates F2 'S1 a run that is fenced early has no stored end' "$less -DNO_LOSS -DNO_CANCEL -DCHECK=2" -DBFS
  violates F3 'S1 a cancel tells another end than the run did' '-DTODAY -DTASK1=1 -DNO_FAULTS -DCHECK=1' -DBFS
  violates F4 'S1 listeners of the executor hear another end' "$less -DNO_LOSS -DNO_CANCEL -DCHECK=4" -DBFS
  violates F5 'S4 a late begin-run takes a task back from its end' "$less -DNO_CANCEL -DCHECK=32" -DBFS
  violates F6 'S5 an executor starts for a run that was refused' "$less -DNO_CANCEL -DCHECK=64" -DBFS
  violates F7 'L1 a run noted under a removed name is never ended' "$dies -DNO_HASTE -DCHECK=128" -DBFS
  violates F8 'L1 a run noted ahead of the first lease is never ended' "$dies -DCHECK=128" -DBFS
  violates F9 'L2 the note of such a run stays' "$dies -DNO_HASTE -DCHECK=256" -DBFS
}

rules() {
  violates R1 'S3 without condemning a name before its runs are ended' '-DWITHOUT_CONDEMNING -DCHECK=16'
  violates R2 'L1 without sealing a list before it is read' '-DWITHOUT_SEAL -DCHECK=128'
  violates R3 'L1 without fencing what has not begun' '-DWITHOUT_FENCE_AHEAD -DCHECK=128'
  violates R4 'L1 without a record from the beginning' '-DWITHOUT_RECORD -DCHECK=128'
  violates R5 'S1 without one write for record, log and message' '-DWITHOUT_ONE_WRITE -DCHECK=1'
  violates R6 'S1 without hearing the end from the reply alone' '-DWITHOUT_HEARING_LAST -DCHECK=4'
  violates R7 'S2 without asking for the state of the run' '-DWITHOUT_FENCE -DCHECK=8'
  violates R8 'S4 without asking for the end of the task' '-DWITHOUT_FENCE -DCHECK=32'
  violates R9 'S5 without heeding that a run is refused' '-DWITHOUT_REFUSAL -DCHECK=64'
  violates R10 'L2 without looking after the own list' '-DWITHOUT_OWN_CHECK -DCHECK=256'
}

# One search checks all properties; where one is violated, the others are not known.
proves() { # name, what spin is given
  verify "$2" '-DSAFETY' '-w26'
  while read -r name number meaning; do
    known=$result
    [ "$result" != violated ] || [ "$bit" = "$number" ] || known=unknown
    line "$name" "$meaning, $1" holds "$known" "$figures"
  done <<END
S1 1 one end is told
S1 2 the stored end is the one told
S1 4 the end heard is the one told
S2 8 nothing of a fenced run is accepted
S3 16 no run of a live lease is fenced
S4 32 no task comes back from its end
S5 64 no refused run is executed
S6 1024 what a reconciler knows still stands
L1 128 what began comes to an end
L2 256 no note, no name is left
END
  verify "$2 -DREST" '' '-a -w26'
  line L3 "all comes to rest, $1" holds "$result" "$figures"
}

proof() {
  proves '1 replica, 1 task' ''
  proves '1 replica, 2 tasks' '-DTASK1=1'
  proves '2 replicas, 1 task' '-DOWNER1=1'
  proves '2 replicas, 2 tasks' '-DOWNER1=1 -DTASK1=1'
}

if [ "$what" = trace ]; then
  found=0
  today
  rules
  [ $found = 1 ] || { echo "check.sh: no counterexample has the name $traced" >&2; exit 2; }
  exit 0
fi
printf '%-4s %-58s %-9s %-10s %9s %5s %6s %6s\n' name property expected result states depth MB s
case $what in
  all) today; rules; proof ;;
  *) "$what" ;;
esac
[ $differs = 0 ] || { echo 'check.sh: a result differs from what is expected' >&2; exit 1; }
