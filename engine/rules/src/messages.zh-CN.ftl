rules-missing = 缺少“{ $fact }”
rules-broken = 无法判断：{ $clause }
rules-compared = { $fact }为 { $found }，{ $held ->
    [yes] 符合
   *[no] 不符合
 }：{ $sign ->
    [less] 小于
    [at-most] 不大于
    [greater] 大于
    [at-least] 不小于
    [not-equal] 不等于
   *[equal] 等于
 } { $needed }
rules-clause = { $held ->
    [yes] 成立
   *[no] 不成立
 }：{ $clause }（{ $read }）
rules-table-row = 按“{ $table }”第 { $row } 行
rules-table-row-basis = 按“{ $table }”第 { $row } 行（{ $basis }）
rules-table-no-row = “{ $table }”中没有适用的行
