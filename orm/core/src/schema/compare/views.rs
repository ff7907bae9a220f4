//! Views: dropped before what they read changes, and created at the end.

use super::plan::Plan;
use super::renames::Renames;
use super::same::same_view;
use crate::schema::apply::mentions;
use crate::schema::sort::{Edge, sort};
use crate::schema::{Operation, QualifiedName, Schema, View};

pub(super) fn find<'s>(schema: &'s Schema, name: &QualifiedName) -> Option<&'s View> {
    let mut views = schema.views.iter();
    views.find(|view| view.qualified_name() == *name)
}

/// Whether a view reads a table or view. If its dependencies are unknown, its text is searched.
fn reads(view: &View, name: &QualifiedName) -> bool {
    if view.depends_on.is_empty() {
        mentions(&view.query, &name.name)
    } else {
        view.depends_on.contains(name)
    }
}

/// Views in an order in which those that others read come first.
fn sorted(views: &[View]) -> Vec<View> {
    let mut edges = Vec::new();
    for (child, view) in views.iter().enumerate() {
        for (parent, other) in views.iter().enumerate() {
            if child != parent && reads(view, &other.qualified_name()) {
                edges.push(Edge { child, parent });
            }
        }
    }
    let order = sort(views.len(), &edges).order.into_iter();
    order.map(|place| views[place].clone()).collect()
}

impl Plan<'_> {
    pub(super) fn drop_views(&mut self, renames: &Renames) {
        let changed = self.changes.tables.iter().filter(|change| {
            let is_renamed = renames.before(&change.name) != change.name;
            change.is_dropped || is_renamed || change.columns.concern_views()
        });
        let mut changed: Vec<_> = changed.map(|change| change.before.clone()).collect();
        let mut kept = self.now.views.clone();
        let mut dropped = Vec::new();
        loop {
            let place = kept.iter().position(|view| {
                let other = find(self.target, &view.qualified_name());
                let is_same = other.is_some_and(|other| same_view(view, other));
                !is_same || changed.iter().any(|name| reads(view, name))
            });
            let Some(place) = place else { break };
            let view = kept.remove(place);
            changed.push(view.qualified_name());
            dropped.push(view);
        }
        let dropped = sorted(&dropped).into_iter().rev();
        self.extend(dropped.map(Operation::DropView));
    }

    pub(super) fn create_views(&mut self) {
        let views = self.target.views.iter();
        let new = views.filter(|view| find(&self.now, &view.qualified_name()).is_none());
        let new = sorted(&new.cloned().collect::<Vec<_>>()).into_iter();
        self.extend(new.map(Operation::CreateView));
    }
}
