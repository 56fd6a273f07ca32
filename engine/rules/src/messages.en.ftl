rules-missing = { $fact } is missing
rules-broken = Cannot be judged: { $clause }
rules-compared = { $fact } is { $found }, which is { $held ->
    [yes] right
   *[no] not right
 }: it must be { $sign ->
    [less] less than
    [at-most] at most
    [greater] greater than
    [at-least] at least
    [not-equal] other than
   *[equal] equal to
 } { $needed }
rules-clause = { $held ->
    [yes] Holds
   *[no] Does not hold
 }: { $clause } ({ $read })
rules-table-row = By row { $row } of "{ $table }"
rules-table-row-basis = By row { $row } of "{ $table }" ({ $basis })
rules-table-no-row = No row of "{ $table }" applies
