tell-submitted-title = 申请已收到：{ $item }
tell-submitted-text = 办件编号 { $number }。{ $until ->
    [unknown] 办理机构将在法定期限内告知您是否受理；具体日期待放假安排公布后确定。
   *[other] 办理机构将在 { $until } 前（含当日）告知您是否受理。
 }
tell-expedited-title = 优先办理：{ $item }
tell-expedited-text = 您的办件（{ $number }）已纳入绿色通道优先办理。原因：{ $reason }。
tell-accepted-title = 已受理：{ $item }
tell-accepted-text = 您的申请（{ $number }）已受理，承诺 { $limit } 办结。{ $until ->
    [unknown] 办结日期待放假安排公布后确定。
   *[other] 最迟 { $until } 办结。
 }{ $basis ->
    [none] {""}
   *[other] 依据：{ $basis }。
 }
tell-accepted-by-silence-title = 依法视为受理：{ $item }
tell-accepted-by-silence-text = 办理机构逾期没有告知，您的申请（{ $number }）自收到之日起即为受理（行政许可法第三十二条）。承诺 { $limit } 办结。{ $until ->
    [unknown] 办结日期待放假安排公布后确定。
   *[other] 最迟 { $until } 办结。
 }{ $basis ->
    [none] {""}
   *[other] 依据：{ $basis }。
 }
tell-not-accepted-title = 不予受理：{ $item }
tell-not-accepted-text = 您的申请（{ $number }）没有受理。原因：{ $reason }。
tell-correction-title = 请补正：{ $item }
tell-correction-text = 您的申请（{ $number }）有 { $count } 处需要补正：{ $problems }。{ $until ->
    [unknown] 请尽快补正；截止日期待放假安排公布后确定。
   *[other] 请在 { $until } 前（含当日）补正并提交。
 }补正期间，办理时限暂停计算。
tell-correction-lapsed-title = 补正期限已过：{ $item }
tell-correction-lapsed-text = 您的申请（{ $number }）在期限内没有补齐，办理机构按已有材料继续办理。
tell-promise-broken-title = 承诺补交的材料逾期：{ $item }
tell-promise-broken-text = 您承诺补交的“{ $material }”在期限内没有收到（{ $number }）。结果请看办件页面。
tell-arranged-title = 时间地点已定：{ $item }
tell-arranged-text = 请于 { $on } 到场或者等候。地点和要求：{ $place }（{ $number }）
tell-hearing-offered-title = 您有权要求听证：{ $item }
tell-hearing-offered-text = 办理机构作出决定前，您可以要求听证（{ $number }）。{ $until ->
    [unknown] 请在期限内提出；截止日期待放假安排公布后确定。
   *[other] 请在 { $until } 前（含当日）提出，逾期视为放弃。
 }
tell-notice-published-title = 开始公示：{ $item }
tell-notice-published-text = 您的办件（{ $number }）正在公示，到 { $until } 为止。{ $stops ->
    [yes] 公示期间不计入办理时限。
   *[no] {""}
 }
tell-notice-ended-title = 公示期满：{ $item }
tell-notice-ended-text = 您的办件（{ $number }）公示期满，继续办理。{ $until ->
    [unknown] {""}
   *[other] 最迟 { $until } 办结。
 }
tell-extended-title = 办理期限延长：{ $item }
tell-extended-text = 您的办件（{ $number }）办理期限延长 { $limit }。{ $until ->
    [unknown] 新的办结日期待放假安排公布后确定。
   *[other] 最迟 { $until } 办结。
 }理由：{ $reason }。{ $basis ->
    [none] {""}
   *[other] 依据：{ $basis }。
 }
tell-suspended-title = 中止办理：{ $item }
tell-suspended-text = 您的办件（{ $number }）已中止，办理时限暂停计算。{ $ground }：{ $reason }。依据：{ $basis }。
tell-resumed-title = 恢复办理：{ $item }
tell-resumed-text = 您的办件（{ $number }）已恢复办理，时限继续计算。{ $until ->
    [unknown] {""}
   *[other] 最迟 { $until } 办结。
 }
tell-terminated-title = 终止办理：{ $item }
tell-terminated-text = 您的办件（{ $number }）已终止。{ $ground }：{ $reason }。依据：{ $basis }。
tell-granted-title = 准予：{ $item }
tell-granted-text = 您的申请（{ $number }）已经批准。{ $reason ->
    [none] {""}
   *[other] { $reason }。
 }
tell-refused-title = 不予批准：{ $item }
tell-refused-text = 您的申请（{ $number }）没有批准。理由：{ $reason }。救济途径见决定文书。
tell-out-of-time-title = 逾期终止：{ $item }
tell-out-of-time-text = 您的申请（{ $number }）在期限内没有补齐，已经终止。如仍需办理，可以重新申请。
tell-document-title = 文书可以下载：{ $item }
tell-document-text = “{ $document }”已经制作完成（办件 { $number }），可以查看和下载。
tell-check-failed-title = 事后核查未通过：{ $item }
tell-check-failed-text = 您的办件（{ $number }）事后核查没有通过：{ $reason }。

tell-transferred-title = 转交您办理：{ $item }
tell-transferred-text = 办件 { $number } 转交您办理。原因：{ $reason }。
tell-handed-on-title = 您的任务已转交：{ $item }
tell-handed-on-text = 办件 { $number } 的任务已转交 { $name } 办理。原因：{ $reason }。
tell-put-back-title = 您的任务已收回：{ $item }
tell-put-back-text = 办件 { $number } 的任务已收回，由有岗位的人签收。原因：{ $reason }。
tell-deputy-absent-title = { $deputy } 将代理您
tell-deputy-absent-text = { $from } 至 { $until }，{ $deputy } 代理您办理已签收的任务。由 { $by } 指定，原因：{ $reason }。可以提前结束。
tell-deputy-deputy-title = 请您代理 { $absent }
tell-deputy-deputy-text = { $from } 至 { $until }，请您代理 { $absent }：其已签收的任务在工作台“代理”中，您可以办理或者转办，记录写明由您代办。由 { $by } 指定。
tell-deputy-ended-title = 代理已结束：{ $deputy } 代 { $absent }
tell-deputy-ended-absent = { $by } 已结束 { $deputy } 对您的代理；您的任务由您本人办理。
tell-deputy-ended-deputy = { $by } 已结束您对 { $absent } 的代理；其任务不再出现在您的工作台。
tell-routed-title = 转来办理：{ $item }
tell-routed-text = 办件 { $number } 转到您所在机构办理。原因：{ $reason }。
tell-promise-kept-title = 承诺的材料已补齐：{ $item }
tell-promise-kept-text = 办件 { $number } 补交了“{ $material }”，请查看。
tell-resubmitted-title = 申请人已补正：{ $item }
tell-resubmitted-text = 办件 { $number } 已补正并重新提交，时限继续计算。{ $until ->
    [unknown] {""}
   *[other] 最迟 { $until }。
 }
tell-sent-back-title = 退回重新办理：{ $item }
tell-sent-back-text = 办件 { $number } 被退回。原因：{ $reason }。
tell-hearing-requested-title = 申请人要求听证：{ $item }
tell-hearing-requested-text = 办件 { $number } 的申请人要求听证，请安排。理由：{ $reason }。
tell-objection-title = 收到公示异议：{ $item }
tell-objection-text = 办件 { $number } 公示期间收到异议，请核查答复：{ $reason }。
tell-approval-asked-title = 请批复：{ $item }
tell-approval-asked-text = 办件 { $number } 有一项请示等待您批复。理由：{ $reason }。
tell-approved-title = 请示已同意：{ $item }
tell-approved-text = 您就办件 { $number } 提出的请示已获同意。{ $reason ->
    [none] {""}
   *[other] { $reason }。
 }
tell-not-approved-title = 请示未同意：{ $item }
tell-not-approved-text = 您就办件 { $number } 提出的请示没有获得同意。{ $reason ->
    [none] {""}
   *[other] { $reason }。
 }
tell-warned-title = 即将到期：{ $item }
tell-warned-text = 办件 { $number } 将于 { $until } 到期，请抓紧办理。
tell-overdue-title = 已经超期：{ $item }
tell-overdue-text = 办件 { $number } 已于 { $until } 到期，请立即办理并说明原因。
tell-withdrawn-title = 申请人已撤回：{ $item }
tell-withdrawn-text = 办件 { $number } 的申请人撤回了申请，不需要继续办理。原因：{ $reason }。
tell-due-moved-title = 期限日期有变化：{ $item }
tell-due-moved-text = 放假安排公布后（{ $source }），您的办件（{ $number }）的期限重新计算了。{ $until ->
    [unknown] 所涉年份的放假安排尚未全部公布，最后一天暂时不能确定。
   *[other] 现在的最后一天是 { $until }。
 }每一天怎么算的，请看办件页面。
tell-account-new-device-title = 账号在新设备上登录
tell-account-new-device-text = { $device ->
    [unknown] 有人在一台新设备上登录了您的账号。
   *[other] 有人在新设备（{ $device }）上登录了您的账号。
  }如果不是您，请立即退出其他设备并修改密码。
tell-account-password-changed-title = 账号密码已修改
tell-account-password-changed-text = 账号密码刚刚修改，其他设备已退出。如果不是您，请到受理机构窗口处理。
tell-account-factor-added-title = 账号新增了登录验证方式
tell-account-factor-added-text = 账号新增了验证器应用或通行密钥。如果不是您，请立即退出其他设备、移除它并修改密码。
tell-account-factor-removed-title = 账号移除了登录验证方式
tell-account-factor-removed-text = 账号移除了验证器应用或通行密钥。如果不是您，请立即退出其他设备并修改密码。
tell-account-recovery-code-used-title = 使用了一个恢复码
tell-account-recovery-code-used-text = 账号用一个恢复码通过了验证，这个恢复码不能再用。如果不是您，请立即退出其他设备并修改密码。
tell-account-passkey-copied-title = 拒绝了一次通行密钥登录
tell-account-passkey-copied-text = 有人用您的通行密钥登录，但它的使用次数倒退，可能被复制，已拒绝。请移除这个通行密钥，重新添加。
tell-mandate-offered-title = 有人请您代办
tell-mandate-offered-text = { $name } 请您代其办理事项。请在“办事身份”中查看授权范围，接受或者谢绝。
tell-mandate-accepted-title = 对方接受了授权
tell-mandate-accepted-text = { $name } 接受了您的授权，从现在起可以在授权范围内代您办理。所办的每件事都会记录，您可以随时收回授权。
tell-mandate-declined-title = 对方谢绝了授权
tell-mandate-declined-text = { $name } 谢绝了您的授权。您可以另请他人。
tell-mandate-named-title = 您成为经办人
tell-mandate-named-text = { $name } 将您列为经办人。切换办事身份后，可以代其办理授权范围内的事项。
tell-mandate-revoked-title = 授权已经收回
tell-mandate-revoked-text = { $name } 收回了对您的授权，您不能再代其办理。
tell-mandate-given-up-title = 代办人放弃了授权
tell-mandate-given-up-text = { $name } 放弃了授权，不再代您办理。
tell-mandate-guardian-title = 监护关系已登记
tell-mandate-guardian-text = 受理机构已登记您是 { $name } 的监护人。切换办事身份后，可以为其办理事项。
tell-mandate-ward-title = 已登记监护人
tell-mandate-ward-text = 受理机构已登记 { $name } 为您的监护人，可以为您办理事项。如有异议，请到登记的窗口提出。
tell-mandate-guardian-ended-title = 监护关系登记已终止
tell-mandate-guardian-ended-text = 受理机构已终止您与 { $name } 的监护关系登记，您不能再为其办理。
tell-mandate-represents-title = 您成为法定代表人
tell-mandate-represents-text = 您现在是 { $name } 的法定代表人。请在30日内确认原有经办人，未确认的到期失效。
tell-mandate-replaced-title = 法定代表人已变更
tell-mandate-replaced-text = { $name } 的法定代表人已变更，您不能再代表其办理。如果您不知情，请联系登记机关。
tell-account-recovered-title = 账号已重新开通
tell-account-recovered-text = 账号的密码已经重置，原来的验证方式全部失效，所有设备已退出。如果不是您本人办理，请立即到政务服务大厅窗口处理。
tell-account-verified-title = 身份已核验
tell-account-verified-text = 工作人员在窗口核对了您的证件，您的账号现在是“已核验”等级。如果不是您本人到场，请立即到政务服务大厅窗口处理。
tell-account-recovery-given-title = 窗口出具了账号找回凭条
tell-account-recovery-given-text = 窗口为您的账号出具了找回凭条，24 小时内可用它设置新密码。如果不是您本人办理，请立即登录并到窗口处理。
tell-account-upstream-linked-title = 账号绑定了外部账号
tell-account-upstream-linked-text = 从现在起，用一个外部平台的账号也能登录您的账号。如果不是您本人操作，请立即解除绑定、退出其他设备并修改密码。
tell-account-upstream-unlinked-title = 账号解除了外部账号绑定
tell-account-upstream-unlinked-text = 一个外部平台的账号不能再登录您的账号。如果不是您本人操作，请立即退出其他设备并修改密码。
tell-account-corrected-title = 个人信息已更正
tell-account-corrected-text = 您账号的姓名或证件号码已更正。如果不是您本人操作，请立即到政务服务大厅窗口处理。
tell-account-phone-changed-title = 手机号码已更改
tell-account-phone-changed-text = 您账号的手机号码已更改。如果不是您本人操作，请立即修改密码并到政务服务大厅窗口处理。
tell-account-merged-title = 账号已合并
tell-account-merged-text = 您的另一个账号已并入这个账号，办件、草稿、证照和消息都在这里了。如果不是您本人操作，请立即到政务服务大厅窗口处理。
tell-account-upstream-verified-title = 身份已核验
tell-account-upstream-verified-text = 您绑定的平台已核实您的身份，您的账号现在是“已核验”等级。如果不是您本人操作，请立即到政务服务大厅窗口处理。
tell-seal-asked-title = 请审批印章：{ $seal }
tell-seal-asked-text = 有机构申请“{ $seal }”。请在印章页面批准或不予批准；您自己申请的须由另一人审批。
tell-seal-approved-title = 请制作印章：{ $seal }
tell-seal-approved-text = “{ $seal }”已批准，请制作。批准的人不能制作。
tell-seal-made-title = 请启用印章：{ $seal }
tell-seal-made-text = “{ $seal }”已制作。请核对图样和证书后启用。
tell-seal-refused-title = 印章未获批准：{ $seal }
tell-seal-refused-text = “{ $seal }”未获批准，理由见印章页面。
tell-seal-stopped-title = 印章已停用：{ $seal }
tell-seal-stopped-text = “{ $seal }”已暂停或撤销，不能再用于签章，理由见印章页面。
tell-seal-ends-title = 印章即将到期：{ $seal }
tell-seal-ends-text = “{ $seal }”的有效期至 { $until }。如需继续使用，请及时申请新的印章。
