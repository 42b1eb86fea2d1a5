-- Run by `smena migrate`, revision 0016: the desk asks for the worst verdict of a day, of thousands of registers.

create index completeness_of_day on control.completeness (organization_inn, day, verdict);
