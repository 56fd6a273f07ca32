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
cases-event-applicant-merged = 申请人的两个账号已合并，本办件归入保留的账号
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
cases-outside-mandate = 您的授权不包括这件事：授权只对约定的事项和权限有效。请由本人办理，或请授权人调整授权范围。
cases-watches-too-many = 您已关注 { $most } 件办件，请先取消一些已办结的关注。
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
        [stage] 本环节总期限
        [hearing] 要求听证的期限
        [suspension] 中止期限
        [material] 承诺补交材料的期限
       *[task] 本环节办理期限
    }
cases-event-due-moved = { cases-clock-name }的最后一日由 { $before } 改为 { $after }，因工作日历更新（{ $source }，日历版本 { $calendar }）
cases-event-due-known = { cases-clock-name }的最后一日现已确定为 { $after }，因 { $year } 年放假安排已公布（{ $source }，日历版本 { $calendar }）
cases-event-due-unknown = { cases-clock-name }的最后一日原为 { $before }，现暂不能确定，因 { $year } 年放假安排尚无公布的数据（{ $source }，日历版本 { $calendar }）
cases-event-due-set = { cases-clock-name }的最后一日为 { $after }，因工作日历更新（{ $source }，日历版本 { $calendar }）
cases-event-due-paused = { cases-clock-name }的最后一日原为 { $before }，现为期限暂停中，因工作日历更新（{ $source }，日历版本 { $calendar }）
cases-event-due-open = { cases-clock-name }的最后一日仍不能确定（{ $source }，日历版本 { $calendar }）
cases-status-suspended = 已中止
cases-outcome-terminated = 已终止办理
cases-stage-afterwards = 事后核查
cases-work-arrange = 安排时间地点
cases-work-conclude = 出具结论
cases-work-answer = 答复公示异议
cases-work-approve = 批复请示
cases-work-check = 事后核查
cases-event-rules-hold = 系统按规则核对，全部符合即时办结条件
cases-event-rules-do-not-hold = 系统按规则核对，不完全符合即时办结条件，转人工办理
cases-event-expedited = 纳入绿色通道优先办理：{ $reason }
cases-event-task-taken-from = 任务收回待签收：{ $reason }
cases-event-task-transferred = 转交 { $name } 办理：{ $reason }
cases-event-task-routed = 转{ $level ->
    [province] 省级
    [city] 市级
    [county] 县级
   *[town] 乡镇（街道）
 }机构办理：{ $reason }
cases-event-resubmitted-in-part = 申请人已补正部分内容
cases-event-correction-lapsed = 补正期限已过，按已有材料继续办理
cases-event-promise-kept = 承诺补交的材料已补齐（{ $material }）
cases-event-promise-broken = 承诺补交的材料逾期未补齐（{ $material }）
cases-event-opinion-taken-back = 撤回审查意见，重新填写
cases-event-sent-back = 退回上一环节：{ $reason }
cases-event-signed = 会签通过
cases-event-not-signed = 会签未通过
cases-event-arranged = 定于 { $on } 进行，地点：{ $place }
cases-event-hearing-offered = 告知申请人有权要求听证，请在 { $limit } 内提出
cases-event-hearing-requested = 申请人要求听证：{ $reason }
cases-event-hearing-waived = 申请人放弃听证
cases-event-hearing-not-asked-for = 申请人在期限内没有要求听证
cases-event-objection-made = 收到公示异议：{ $text }
cases-event-objection-upheld = 公示异议成立：{ $text }
cases-event-objection-rejected = 公示异议不成立：{ $text }
cases-event-approval-asked = 请示{ $what ->
    [extension] 延长期限
    [suspension] 中止办理
   *[termination] 终止办理
 }：{ $reason }
cases-event-approval-granted = 批复：同意。{ $reason }
cases-event-approval-denied = 批复：不同意。{ $reason }
cases-event-extended = 办理期限延长 { $by }：{ $reason }
cases-event-suspended = 中止办理（{ $ground }）：{ $reason }
cases-event-resumed = 恢复办理：{ $reason }
cases-event-resumed-by-time = 中止期满，恢复办理
cases-event-terminated = 终止办理（{ $ground }）：{ $reason }
cases-event-warned = 提醒：{ $due } 到期
cases-event-overdue = 提醒：已于 { $due } 到期，现已超期
cases-event-decided-by-rules = 系统按规则即时作出准予决定。{ $reason }
cases-event-checked = 事后核查通过：{ $text }
cases-event-check-failed = 事后核查未通过：{ $text }
cases-suspended = 办件已中止，恢复办理后才能操作。
cases-not-suspended = 办件没有中止，不需要恢复。
cases-left-the-house = 其他人已经在这条意见的基础上继续办理，不能撤回了。
cases-nothing-before = 前面没有可以退回的环节。
cases-already-first = 这个办件已经在绿色通道里。
cases-promise-over = 这份材料已经补交，或者补交期限已过。
cases-not-accepted-yet = 申请受理以后再补交承诺的材料。
cases-no-such-promise = 这份材料没有承诺补交。
cases-no-hearing = 现在不需要答复是否听证。
cases-no-notice = 现在没有公示，或者公示期已过，不能提出异议。
cases-already-objected = 您已经提出过异议，或者本公示收到的异议已达上限。
cases-request-waits = 已有一项请示等待批复，批复后再提出。
cases-no-such-ground = 服务包没有列出这个理由。
cases-already-extended = 期限只能延长一次（行政许可法第四十二条），本办件已经延长过。
cases-not-foreseen = 这个事项没有规定可以这样做。
cases-promise-open = 承诺补交的材料还没有收到（{ $material }），不能作出准予决定。
cases-too-much-time = 最多可以延长 { $most }。
cases-too-early = 不能早于 { $day }。
cases-too-few-experts = 至少要有 { $least } 位专家。
cases-votes = 同意和不同意的票数之和应等于 { $all } 位专家。
