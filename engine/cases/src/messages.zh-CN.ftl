cases-status-submitted = 已提交，等待受理
cases-status-correction = 需要补正材料
cases-status-in-progress = 办理中
cases-status-closed = 已办结
cases-outcome-granted = 准予
cases-outcome-refused = 不予
cases-outcome-not-accepted = 不予受理
cases-outcome-withdrawn = 已撤回
cases-outcome-out-of-time = 逾期未补正，已终止
cases-stage-acceptance = 受理
cases-work-accept = 受理审核
cases-work-correct = 发出补正通知
cases-work-review = 审查
cases-work-notice = 公示
cases-work-decide = 决定
cases-light-green = 正常
cases-light-yellow = 临近到期
cases-light-red = 已超期
cases-light-grey = 不计时
cases-event-submitted = 申请已提交，办件编号 { $number }
cases-event-task-opened = 转入环节“{ $stage }”
cases-event-task-claimed = { $name } 签收
cases-event-task-released = 任务退回待签收
cases-event-accepted = 申请已受理
cases-event-accepted-by-silence = 行政机关逾期未告知，自收到申请之日起即为受理（行政许可法第三十二条）
cases-event-not-accepted = 不予受理：{ $reason }
cases-event-defect-noted = 记录补正事项：{ $problem }
cases-event-defect-dropped = 删除一条补正事项
cases-event-correction-sent = 一次性告知需要补正的 { $count } 项内容
cases-event-resubmitted = 申请人已补正
cases-event-stage-started = 进入环节“{ $stage }”
cases-event-opinion-agree = 审查意见：同意。{ $text }
cases-event-opinion-disagree = 审查意见：不同意。{ $text }
cases-event-notice-published = 开始公示，至 { $until } 止
cases-event-notice-ended = 公示期满
cases-event-granted = 决定：准予。{ $reason }
cases-event-refused = 决定：不予。{ $reason }
cases-event-withdrawn = 申请人撤回申请：{ $reason }
cases-event-out-of-time = 逾期未补正，办件终止
cases-event-effect-done = 已生成：{ $reference }
cases-closed = 这个办件已经办结，不能再操作。
cases-awaiting-correction = 正在等待申请人补正，收到补正材料后再继续办理。
cases-task-done = 这项任务已经有人办完了。请刷新页面查看最新情况。
cases-taken-by = 这项任务已由 { $name } 签收。请选择其他任务，或请对方退回。
cases-not-claimed = 请先签收这项任务。
cases-other-work = 这项任务不能做这个操作。
cases-correction-already-sent = 补正通知只能发出一次（行政许可法第三十二条），本办件已经发出过。
cases-nothing-to-correct = 还没有记录任何补正事项，请先逐项记录。
cases-no-such-defect = 这条补正事项已不存在，请刷新页面。
cases-no-correction-awaited = 这个办件现在不需要补正。
cases-notice-hangs = 公示期到 { $until } 才结束，期满后才能作出决定。
cases-stale = 您打开页面之后，这个办件有了新的变化。请刷新页面，看清最新情况后再操作。
cases-text-missing = 请填写说明文字。
cases-finding-missing = 请填写此项。
cases-finding-unknown = 此环节没有这个填写项。
cases-finding-wrong-type = 格式不正确。
cases-finding-below = 不能小于 { $least }。
cases-finding-above = 不能大于 { $most }。
cases-calendar-unknown = 所涉年份的放假安排尚未公布，暂时无法确定日期。
cases-nobody-competent = 没有找到有权办理的机构（{ $what }）。请核对办理地区；如无误，请联系 12345。
cases-binding-disagreement = 必须征得同意的机构不同意，不能作出准予决定。
cases-clock-name =
    { $clock ->
        [acceptance] 受理期限
        [correction] 补正期限
        [promised] 承诺办结期限
        [statutory] 法定办结期限
        [notice] 公示期
       *[task] 本环节办理期限
    }
cases-event-due-moved = { cases-clock-name }的最后一日由 { $before } 改为 { $after }，因工作日历更新（{ $source }，日历版本 { $calendar }）
cases-event-due-known = { cases-clock-name }的最后一日现已确定为 { $after }，因 { $year } 年放假安排已公布（{ $source }，日历版本 { $calendar }）
cases-event-due-unknown = { cases-clock-name }的最后一日原为 { $before }，现暂不能确定，因 { $year } 年放假安排尚无公布的数据（{ $source }，日历版本 { $calendar }）
cases-event-due-set = { cases-clock-name }的最后一日为 { $after }，因工作日历更新（{ $source }，日历版本 { $calendar }）
cases-event-due-paused = { cases-clock-name }的最后一日原为 { $before }，现为期限暂停中，因工作日历更新（{ $source }，日历版本 { $calendar }）
cases-event-due-open = { cases-clock-name }的最后一日仍不能确定（{ $source }，日历版本 { $calendar }）
