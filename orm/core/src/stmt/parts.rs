//! Lists the parts of each node: `visit.rs` derives the read-only pass from the list, `fold.rs` the changing one.
//!
//! The functions name every node and every field, so that a new one does not compile until it is listed.

/// Makes the trait `$Pass` and the functions that go to the parts of nodes, which are reached by `$ref`. `$extension`
/// goes to the arguments of an extension, which can't be borrowed to be changed.
macro_rules! pass {
    (
        $(#[$doc:meta])*
        $Pass:ident [$($life:lifetime)?] [$($ref:tt)+] $extension:ident
    ) => {
        use std::ops::ControlFlow;

        use crate::value::Value;

        use super::{
            AggregateCall, Call, Case, Conflict, ConflictAction, Cte, Delete, Expr, FromItem, Insert, InsertSource, Join,
            JsonExpr, JsonPath, Like, LimitBy, ListSource, Lock, Name, NamedSql, Order, Projection, Quantified, Query, QueryBody, RawPart, Select, SetOperation, Source, SourceCall, Statement, Update,
            Values, Window, With,
        };

        $(#[$doc])*
        /// Each method is called before the parts of its node. The default continues with the parts; an override calls
        /// the function that does, or leaves them out.
        pub trait $Pass $(<$life>)? {
            /// What it stops with.
            type Break;

            /// An expression.
            fn expr(&mut self, expr: $($ref)+ Expr) -> ControlFlow<Self::Break> {
                walk_expr(self, expr)
            }

            /// A query, inside an expression or a source too.
            fn query(&mut self, query: $($ref)+ Query) -> ControlFlow<Self::Break> {
                walk_query(self, query)
            }

            /// A plain SELECT.
            fn select(&mut self, select: $($ref)+ Select) -> ControlFlow<Self::Break> {
                walk_select(self, select)
            }

            /// A statement that writes, in the WITH clause of another one.
            fn statement(&mut self, statement: $($ref)+ Statement) -> ControlFlow<Self::Break> {
                walk_statement(self, statement)
            }

            /// An item of FROM, USING or JOIN.
            fn item(&mut self, item: $($ref)+ FromItem) -> ControlFlow<Self::Break> {
                walk_item(self, item)
            }

            /// Something that is selected or returned.
            fn projection(&mut self, projection: $($ref)+ Projection) -> ControlFlow<Self::Break> {
                walk_projection(self, projection)
            }

            /// A value: what becomes a bind. Limits are none.
            fn value(&mut self, value: $($ref)+ Value) -> ControlFlow<Self::Break> {
                let _ = value;
                ControlFlow::Continue(())
            }

            /// The name by which a column, or what is selected or locked of a table, refers to its source.
            fn qualifier(&mut self, name: $($ref)+ Name) -> ControlFlow<Self::Break> {
                let _ = name;
                ControlFlow::Continue(())
            }
        }

        /// Goes through a statement.
        pub fn walk_statement<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            statement: $($ref)+ Statement,
        ) -> ControlFlow<P::Break> {
            match statement {
                Statement::Query(query) => p.query(query),
                Statement::Insert(insert) => walk_insert(p, insert),
                Statement::Update(update) => walk_update(p, update),
                Statement::Delete(delete) => walk_delete(p, delete),
            }
        }

        /// Goes to the parts of an expression. Those of raw SQL are values alone.
        pub fn walk_expr<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            expr: $($ref)+ Expr,
        ) -> ControlFlow<P::Break> {
            match expr {
                Expr::Column { source, name: _ } => p.qualifier(source),
                Expr::Value(value) => p.value(value),
                Expr::Raw(parts) => walk_raw(p, parts),
                Expr::Label(_) | Expr::Excluded(_) => ControlFlow::Continue(()),
                Expr::Aggregate(call) => walk_aggregate(p, call),
                Expr::And(parts)
                | Expr::Or(parts)
                | Expr::Row(parts)
                | Expr::Function { args: parts, .. } => exprs(p, parts),
                Expr::Call(call) => walk_call(p, call),
                Expr::Operator { operator: _, sides } => both(p, sides),
                Expr::Quantified(quantified) => walk_quantified(p, quantified),
                Expr::NamedSql(named) => walk_named_sql(p, named),
                Expr::In { expr, list, negated: _ } => {
                    p.expr(expr)?;
                    values(p, list)
                }
                Expr::InRows { row, list, negated: _ } => {
                    exprs(p, row)?;
                    rows(p, list)
                }
                Expr::Not(part)
                | Expr::IsNull { expr: part, .. }
                | Expr::Cast { expr: part, .. }
                | Expr::Collate { expr: part, .. } => p.expr(part),
                Expr::Compare { op: _, sides } => both(p, sides),
                Expr::Arithmetic { op: _, sides } => both(p, sides),
                Expr::InQuery { expr, query, .. } => {
                    p.expr(expr)?;
                    p.query(query)
                }
                Expr::Between { expr, low, high } => {
                    p.expr(expr)?;
                    p.expr(low)?;
                    p.expr(high)
                }
                Expr::Like(like) => walk_like(p, like),
                Expr::Over { call, window } => {
                    p.expr(call)?;
                    walk_window(p, window)
                }
                Expr::Case(case) => walk_case(p, case),
                Expr::Json(json) => walk_json(p, json),
                Expr::Exists(query) | Expr::Subquery(query) => p.query(query),
                Expr::Extension(node) => $extension(p, node),
            }
        }

        /// Goes to the parts of a query.
        pub fn walk_query<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            query: $($ref)+ Query,
        ) -> ControlFlow<P::Break> {
            let Query { with, body, order_by, limit: _, with_ties: _, offset: _, limit_by, locks } = query;
            if let Some(with) = with {
                walk_with(p, with)?;
            }
            match body {
                QueryBody::Select(select) => p.select(select)?,
                QueryBody::SetOperation(operation) => walk_operation(p, operation)?,
                QueryBody::Values(Values { rows }) => lists(p, rows)?,
                QueryBody::Returning(statement) => p.statement(statement)?,
            }
            orders(p, order_by)?;
            if let Some(by) = limit_by {
                walk_limit_by(p, by)?;
            }
            for Lock { strength: _, of, wait: _ } in locks {
                for name in of {
                    p.qualifier(name)?;
                }
            }
            ControlFlow::Continue(())
        }

        /// Goes to the parts of a plain SELECT.
        pub fn walk_select<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            select: $($ref)+ Select,
        ) -> ControlFlow<P::Break> {
            let Select { hints: _, distinct: _, columns, from, joins, filter, distinct_on, group_by, grouping_sets: _, having } = select;
            projections(p, columns)?;
            if let Some(first) = from {
                p.item(first)?;
            }
            walk_joins(p, joins)?;
            exprs(p, filter)?;
            exprs(p, distinct_on)?;
            exprs(p, group_by)?;
            exprs(p, having)
        }

        /// Goes to the parts of an item of FROM.
        pub fn walk_item<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            item: $($ref)+ FromItem,
        ) -> ControlFlow<P::Break> {
            let FromItem { source, alias: _, lateral: _, sample: _, index_hint: _ } = item;
            match source {
                Source::Table(_) | Source::Cte(_) => ControlFlow::Continue(()),
                Source::Query(query) => p.query(query),
                Source::Values(Values { rows }) => lists(p, rows),
                Source::Function { name: _, args } => exprs(p, args),
                Source::Call(call) => walk_source_call(p, call),
                Source::List(list) => walk_list_source(p, list),
            }
        }

        /// Goes to the parts of something that is selected or returned.
        pub fn walk_projection<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            projection: $($ref)+ Projection,
        ) -> ControlFlow<P::Break> {
            match projection {
                Projection::Columns { source, names: _ } => p.qualifier(source),
                Projection::All => ControlFlow::Continue(()),
                Projection::Expr(expr) | Projection::Labelled(expr, _) => p.expr(expr),
            }
        }

        /// Goes to the parts of an INSERT.
        pub fn walk_insert<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            insert: $($ref)+ Insert,
        ) -> ControlFlow<P::Break> {
            let Insert { table: _, columns: _, source, conflict, returning } = insert;
            match source {
                InsertSource::Defaults | InsertSource::Batch { .. } => {}
                InsertSource::Rows(rows) => lists(p, rows)?,
                InsertSource::Query(query) => p.query(query)?,
            }
            if let Some(Conflict { target: _, action, other_keys: _ }) = conflict {
                match action {
                    ConflictAction::Nothing => {}
                    ConflictAction::Update { set, filter } => {
                        assignments(p, set)?;
                        exprs(p, filter)?;
                    }
                }
            }
            projections(p, returning)
        }

        /// Goes to the parts of an UPDATE.
        pub fn walk_update<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            update: $($ref)+ Update,
        ) -> ControlFlow<P::Break> {
            let Update { with, table: _, set, from, joins, filter, order_by, limit: _, returning } = update;
            if let Some(with) = with {
                walk_with(p, with)?;
            }
            assignments(p, set)?;
            if let Some(first) = from {
                p.item(first)?;
            }
            walk_joins(p, joins)?;
            exprs(p, filter)?;
            orders(p, order_by)?;
            projections(p, returning)
        }

        /// Goes to the parts of a DELETE.
        pub fn walk_delete<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            delete: $($ref)+ Delete,
        ) -> ControlFlow<P::Break> {
            let Delete { with, table: _, using, joins, filter, order_by, limit: _, returning } = delete;
            if let Some(with) = with {
                walk_with(p, with)?;
            }
            if let Some(first) = using {
                p.item(first)?;
            }
            walk_joins(p, joins)?;
            exprs(p, filter)?;
            orders(p, order_by)?;
            projections(p, returning)
        }

        /// Goes to the parts of an OVER clause.
        pub fn walk_window<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            window: $($ref)+ Window,
        ) -> ControlFlow<P::Break> {
            let Window { name: _, partition_by, order_by, frame: _ } = window;
            exprs(p, partition_by)?;
            orders(p, order_by)
        }

        fn walk_aggregate<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            call: $($ref)+ AggregateCall,
        ) -> ControlFlow<P::Break> {
            let AggregateCall { function: _, expr, other, distinct: _, filter, order_by, separator: _, ty: _ } = call;
            if let Some(expr) = expr {
                p.expr(expr)?;
            }
            if let Some(other) = other {
                p.expr(other)?;
            }
            if let Some(filter) = filter {
                p.expr(filter)?;
            }
            orders(p, order_by)
        }

        fn walk_with<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            with: $($ref)+ With,
        ) -> ControlFlow<P::Break> {
            let With { recursive: _, ctes } = with;
            for Cte { name: _, columns: _, materialized: _, query } in ctes {
                p.query(query)?;
            }
            ControlFlow::Continue(())
        }

        fn walk_limit_by<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            by: $($ref)+ LimitBy,
        ) -> ControlFlow<P::Break> {
            let LimitBy { limit, offset } = by;
            if let Some(limit) = limit {
                p.expr(limit)?;
            }
            if let Some(offset) = offset {
                p.expr(offset)?;
            }
            ControlFlow::Continue(())
        }

        fn walk_operation<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            operation: $($ref)+ SetOperation,
        ) -> ControlFlow<P::Break> {
            let SetOperation { operator: _, all: _, left, right } = operation;
            p.query(left)?;
            p.query(right)
        }

        fn walk_like<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            like: $($ref)+ Like,
        ) -> ControlFlow<P::Break> {
            let Like { expr, kind: _, needle, pattern } = like;
            p.expr(expr)?;
            p.value(needle)?;
            p.value(pattern)
        }

        fn walk_call<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            call: $($ref)+ Call,
        ) -> ControlFlow<P::Break> {
            let Call { func: _, args, nullable: _ } = call;
            exprs(p, args)
        }

        fn walk_source_call<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            call: $($ref)+ SourceCall,
        ) -> ControlFlow<P::Break> {
            let SourceCall { func: _, args } = call;
            exprs(p, args)
        }

        fn walk_list_source<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            list: $($ref)+ ListSource,
        ) -> ControlFlow<P::Break> {
            let ListSource { values: items, ty: _ } = list;
            values(p, items)
        }

        fn walk_quantified<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            quantified: $($ref)+ Quantified,
        ) -> ControlFlow<P::Break> {
            let Quantified { quantifier: _, query } = quantified;
            p.query(query)
        }

        fn walk_named_sql<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            named: $($ref)+ NamedSql,
        ) -> ControlFlow<P::Break> {
            let NamedSql { sql: _, binds } = named;
            assignments(p, binds)
        }

        fn walk_json<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            json: $($ref)+ JsonExpr,
        ) -> ControlFlow<P::Break> {
            let JsonExpr { op: _, path: JsonPath { steps, text, arrays }, args } = json;
            exprs(p, args)?;
            values(p, steps)?;
            p.value(text)?;
            values(p, arrays)
        }

        fn walk_raw<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            parts: $($ref)+ [RawPart],
        ) -> ControlFlow<P::Break> {
            parts.into_iter().try_for_each(|part| match part {
                RawPart::Sql(_) => ControlFlow::Continue(()),
                RawPart::Bind(value) => p.value(value),
                RawPart::List(list) => values(p, list),
            })
        }

        fn walk_case<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            case: $($ref)+ Case,
        ) -> ControlFlow<P::Break> {
            let Case { operand, branches, otherwise } = case;
            if let Some(operand) = operand {
                p.expr(operand)?;
            }
            for (condition, value) in branches {
                p.expr(condition)?;
                p.expr(value)?;
            }
            if let Some(otherwise) = otherwise {
                p.expr(otherwise)?;
            }
            ControlFlow::Continue(())
        }

        fn both<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            [left, right]: $($ref)+ [Expr; 2],
        ) -> ControlFlow<P::Break> {
            p.expr(left)?;
            p.expr(right)
        }

        fn exprs<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            exprs: $($ref)+ [Expr],
        ) -> ControlFlow<P::Break> {
            exprs.into_iter().try_for_each(|expr| p.expr(expr))
        }

        fn values<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            values: $($ref)+ [Value],
        ) -> ControlFlow<P::Break> {
            values.into_iter().try_for_each(|value| p.value(value))
        }

        fn rows<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            rows: $($ref)+ [Vec<Value>],
        ) -> ControlFlow<P::Break> {
            rows.into_iter().try_for_each(|row| values(p, row))
        }

        fn lists<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            lists: $($ref)+ [Vec<Expr>],
        ) -> ControlFlow<P::Break> {
            lists.into_iter().try_for_each(|list| exprs(p, list))
        }

        fn orders<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            orders: $($ref)+ [Order],
        ) -> ControlFlow<P::Break> {
            for Order { expr, direction: _, nulls: _ } in orders {
                p.expr(expr)?;
            }
            ControlFlow::Continue(())
        }

        fn projections<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            projections: $($ref)+ [Projection],
        ) -> ControlFlow<P::Break> {
            projections.into_iter().try_for_each(|one| p.projection(one))
        }

        fn assignments<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            set: $($ref)+ [(Name, Expr)],
        ) -> ControlFlow<P::Break> {
            set.into_iter().try_for_each(|(_, value)| p.expr(value))
        }

        fn walk_joins<$($life,)? P: $Pass$(<$life>)? + ?Sized>(
            p: &mut P,
            joins: $($ref)+ [Join],
        ) -> ControlFlow<P::Break> {
            for Join { kind: _, item, on } in joins {
                p.item(item)?;
                p.expr(on)?;
            }
            ControlFlow::Continue(())
        }
    };
}

pub(super) use pass;
