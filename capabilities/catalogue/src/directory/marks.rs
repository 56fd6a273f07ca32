//! What a row promises to who applies (“三办一次”), read from its elements. Each mark is a published list.
//!
//! Documents: 《关于深入推进审批服务便民化的指导意见》 (2018) for 马上办、网上办、就近办、一次办; 国办发〔2018〕45号 for
//! 最多跑一次. They name the lists and leave the exact measure to each province; ours is written beside each mark.

use super::Elements;

/// What holds for an implementation, the directory's elements behind its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    /// 网上办: handled to the end online (depth 5 or more).
    pub(crate) online: bool,
    /// 马上办: decided at once (即办件).
    pub(crate) at_once: bool,
    /// 就近办: carried out in a town or a village, or at a self-service terminal.
    pub(crate) nearby: bool,
    /// 一次办: done in one go: no visit, or a single one with a decision at once.
    pub(crate) in_one_go: bool,
    /// 最多跑一次: at most one visit.
    pub(crate) one_visit: bool,
}

impl Marks {
    /// `level` is the code of the use level.
    pub(crate) fn of(whole: &Elements, level: &str) -> Self {
        let at_once = whole.project_type.as_deref() == Some("1");
        let visits = whole.limit_scene_num;
        Self {
            online: whole.depth().is_some_and(|depth| depth >= 5),
            at_once,
            nearby: matches!(level, "5" | "6") || whole.is_service_terminals == Some(true),
            in_one_go: visits == Some(0) || visits == Some(1) && at_once,
            one_visit: visits.is_some_and(|visits| visits <= 1),
        }
    }
}
