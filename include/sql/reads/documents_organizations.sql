-- Run by the pages before all documents of a filter are marked: the organisations in sight that have such documents, by
-- name. They are found by sums of days, unless a number is asked for.
select
    organization.inn,
    organization.name
from control.organization
where
    (cast(%(inn)s as text) is null or organization.inn = %(inn)s)
    and (
        (
            cast(%(number)s as text) is null
            and exists (
                select from accounting.documents_of_day as of_day
                where
                    of_day.organization_inn = organization.inn
                    and of_day.documents > 0
                    and of_day.day >= coalesce(cast(%(first_day)s as date), '-infinity')
                    and of_day.day <= coalesce(cast(%(last_day)s as date), 'infinity')
                    and (cast(%(kind)s as text) is null or of_day.kind = %(kind)s)
                    and (cast(%(status)s as text) is null or of_day.status = %(status)s)
                    and (cast(%(source)s as text) is null or of_day.source = %(source)s)
                    and (cast(%(kpp)s as text) is null or of_day.kpp = %(kpp)s)
            )
        )
        or (
            cast(%(number)s as text) is not null
            and organization.inn in (
                select document.organization_inn
                from
                    accounting.documents(
                        %(inn)s, %(first_day)s, %(last_day)s, %(kind)s, %(status)s, %(source)s, %(kpp)s, %(number)s
                    ) as document
            )
        )
    )
order by organization.name, organization.inn
limit %(most)s
