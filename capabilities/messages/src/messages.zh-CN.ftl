messages-title = 消息
messages-lead = 与您有关的办理进展和提醒都在这里，未读的排在前面。
messages-lead-organisation = 您正代表单位办事，这里是单位的消息；同一单位的经办人看到的是同一份。
messages-settings-link = 通知设置（邮件、短信、微信）
messages-lead-person = 您正代他人办事，这里是授权范围内对方的消息。
messages-settings-outside = 您的授权不包括通知设置，请由本人或单位管理人员设置。
messages-other-box = 您可以代表 { $name } 办事
messages-other-unread = 对方有 { $count } 条未读消息。
messages-other-switch = 切换办事身份后查看
messages-none = 还没有消息
messages-none-text = 您的办件有进展时，这里会告诉您。
messages-unread = 未读
messages-read-all = 全部标为已读
messages-open = 查看
messages-read = 标为已读
messages-until-wrong = 请写明最新一条已看消息的编号。

messages-settings-title = 通知设置
messages-settings-lead = 站内消息始终开启。您还可以选择用下面的方式得到提醒，默认均不开启。
messages-settings-lead-organisation = 您正代表单位办事，这里设置的是单位的通知方式。站内消息始终开启，其他方式默认均不开启。
messages-settings-privacy = 邮件、短信和微信只提醒您“有新进展”，不含姓名、事项和证件号码；内容请登录后查看。您的联系方式加密保存，只用于发送您选择的通知。
messages-no-channels = 本平台暂未开通其他通知方式
messages-no-channels-text = 请登录后在“消息”中查看。
messages-channel-email = 电子邮件
messages-channel-sms = 短信
messages-channel-wechat = 微信
messages-channel-on = 已开启
messages-channel-off = 未开启
messages-channel-remove = 停用{ $channel }并删除地址
messages-email-address = 邮箱地址
messages-email-hint = 例如 name@example.cn
messages-sms-address = 手机号码
messages-sms-hint = 11 位手机号码
messages-wechat-address = 微信绑定号
messages-wechat-hint = 关注本平台公众号后发送“绑定”，公众号会回复您的绑定号。
messages-code-send = 发送验证码
messages-code-sent = 验证码正在发往 { $address }，10 分钟内有效。
messages-code = 验证码
messages-code-hint = 6 位数字
messages-code-confirm = 确认
messages-topics-legend = { $channel }提醒哪些内容
messages-topics-save = 保存
messages-topic-action = 需要您办理的
messages-topic-action-hint = 例如补正材料，有期限
messages-topic-result = 办理结果
messages-topic-result-hint = 受理与否、决定、证照和文书
messages-topic-progress = 办理进度
messages-topic-progress-hint = 收到申请、公示等
messages-topic-work = 工作提醒
messages-topic-work-hint = 申请人已补正、已撤回等
messages-topic-limit = 时限预警
messages-topic-limit-hint = 办理期限临近或者已过
messages-email-wrong = 请填写正确的邮箱地址，例如 name@example.cn。
messages-mobile-wrong = 请填写正确的手机号码。
messages-wechat-wrong = 请填写公众号回复您的绑定号（6 至 64 位字母、数字、短横线或下划线）。
messages-code-not-awaited = 现在没有等待确认的地址，请先发送验证码。
messages-code-wrong = 验证码不正确，还可以再试 { $left } 次。
messages-code-spent = 验证码已失效，请重新发送。
messages-choice-wrong = 只能为已确认的地址选择页面上列出的内容。

messages-out-news-subject = 您的办件有新进展
messages-out-news-text = { $tail ->
    [none] 您的办件有新进展，请登录查看：{ $url }
   *[other] 您尾号为 { $tail } 的办件有新进展，请登录查看：{ $url }
}
messages-out-action-subject = 您的办件需要您处理
messages-out-action-text = { $tail ->
    [none] 您的办件需要您在期限内处理，请登录查看：{ $url }
   *[other] 您尾号为 { $tail } 的办件需要您在期限内处理，请登录查看：{ $url }
}
messages-out-work-subject = 您有新的工作提醒
messages-out-work-text = { $tail ->
    [none] 您有新的工作提醒，请登录查看：{ $url }
   *[other] 尾号为 { $tail } 的办件有新的工作提醒，请登录查看：{ $url }
}
messages-out-code-subject = 验证码
messages-out-code-text = 验证码 { $code }，{ $minutes } 分钟内有效，用于开启办件提醒。如非本人操作，请忽略。

messages-outbox-title = 发件箱
messages-outbox-lead = 邮件、短信、微信和推送都从这里发出：失败的会自动重试约一天，仍然失败的列在下面，可以查明原因后重新发送。
messages-dead-title = 未能送达
messages-dead-none = 没有未能送达的消息。
messages-dead-count = 共 { $count } 条（最多计到 1000 条）。
messages-waiting-title = 等待发送
messages-waiting-none = 没有等待发送的消息。
messages-receiver = 接收方
messages-what = 类别
messages-count = 条数
messages-since = 最早一条
messages-next-try = 下次发送
messages-attempts = 已试次数
messages-died-at = 放弃时间
messages-last-error = 最近一次的错误
messages-do = 操作
messages-replay = 重新发送
messages-replay-title = 重新发送
messages-replay-lead = 确认后，这条消息会排在该接收方其他消息之前立即发送。接收方应按编号识别，不会重复处理。
messages-replay-do = 确认重新发送
messages-replay-not = 返回
messages-not-dead = 这条消息已不在“未能送达”之列，可能已有人重新发送。
